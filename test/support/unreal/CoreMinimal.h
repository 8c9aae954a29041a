// As much of Unreal Engine 5 as docs/senders/SessionHooks.cpp uses, so that the sender itself runs in a test. curl sends.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using TCHAR = char;
using int32 = std::int32_t;
using int64 = std::int64_t;
#define TEXT(text) text
#define TCHAR_TO_UTF8(text) (text)
#define UTF8_TO_TCHAR(text) (text)

struct FString {
  std::string Text;
  FString(const TCHAR* From = "") : Text(From) {}
  FString(const std::string& From) : Text(From) {}
  const TCHAR* operator*() const { return Text.c_str(); }
  bool IsEmpty() const { return Text.empty(); }
  FString& operator+=(const FString& More) { Text += More.Text; return *this; }
  template <typename... Values>
  static FString Printf(const TCHAR* Format, Values... All) {
    std::vector<char> Printed(static_cast<size_t>(std::snprintf(nullptr, 0, Format, All...)) + 1);
    std::snprintf(Printed.data(), Printed.size(), Format, All...);
    return FString(Printed.data());
  }
};
inline FString operator+(const FString& One, const FString& Other) { return FString(One.Text + Other.Text); }
inline FString LexToString(int64 Number) { return FString(std::to_string(Number)); }

struct FCString {
  static float Atof(const TCHAR* Text) { return std::strtof(Text, nullptr); }
};

struct FPlatformMisc {
  static FString GetEnvironmentVariable(const TCHAR* Name) {
    const char* Value = std::getenv(Name);
    return FString(Value == nullptr ? "" : Value);
  }
};

struct FMath {
  static float FRandRange(float Low, float High) {
    static std::mt19937 Random{std::random_device{}()};
    return std::uniform_real_distribution<float>(Low, High)(Random);
  }
  static float Min(float One, float Other) { return std::min(One, Other); }
  static float Max(float One, float Other) { return std::max(One, Other); }
};

struct FDateTime {
  static FDateTime UtcNow() { return {}; }
  std::time_t Seconds = std::time(nullptr);
  int64 ToUnixTimestamp() const { return Seconds; }
  FString ToIso8601() const {
    char Printed[32];
    std::strftime(Printed, sizeof Printed, "%Y-%m-%dT%H:%M:%S.000Z", std::gmtime(&Seconds));
    return FString(Printed);
  }
};

/** Whether an error was logged: the exit code of the test's program. */
inline bool& HasFailed() { static bool Failed = false; return Failed; }
enum ELogVerbosity { Log, Error };
#define UE_LOG(Category, Verbosity, Format, ...) \
  (HasFailed() = HasFailed() || Verbosity == Error, \
   std::fprintf(Verbosity == Error ? stderr : stdout, "%s\n", *FString::Printf(Format, ##__VA_ARGS__)))
