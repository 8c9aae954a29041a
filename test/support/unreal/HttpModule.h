#pragma once

#include "CoreMinimal.h"

enum class ESPMode { ThreadSafe };

template <typename T, ESPMode Mode>
struct TSharedRef : std::shared_ptr<T> {
  TSharedRef(const std::shared_ptr<T>& Pointer) : std::shared_ptr<T>(Pointer) {}
};

struct IHttpResponse {
  int32 Status;
  std::string Headers;
  std::string Body;
  int32 GetResponseCode() const { return Status; }
  FString GetContentAsString() const { return FString(Body); }
  FString GetHeader(const FString& Name) const {
    std::istringstream Lines(Headers);
    for (std::string Line; std::getline(Lines, Line);) {
      const size_t Colon = Line.find(": ");
      if (Colon != Name.Text.size()) continue;
      const bool Same = std::equal(Name.Text.begin(), Name.Text.end(), Line.begin(),
        [](char One, char Other) { return std::tolower(One) == std::tolower(Other); });
      if (Same) return FString(Line.substr(Colon + 2));
    }
    return FString();
  }
};

template <typename T>
struct TPointer : std::shared_ptr<T> {
  using std::shared_ptr<T>::shared_ptr;
  bool IsValid() const { return this->get() != nullptr; }
};

struct IHttpRequest;
using FHttpRequestPtr = TPointer<IHttpRequest>;
using FHttpResponsePtr = TPointer<IHttpResponse>;

struct FHttpRequestCompleteDelegate {
  std::function<void(FHttpRequestPtr, FHttpResponsePtr, bool)> Lambda;
  template <typename F> void BindLambda(F Bound) { Lambda = Bound; }
};

struct IHttpRequest {
  std::string Url, Verb, Body;
  std::vector<std::string> Headers;
  float TimeoutSeconds = 0;
  FHttpRequestCompleteDelegate Complete;
  void SetURL(const FString& Value) { Url = Value.Text; }
  void SetVerb(const FString& Value) { Verb = Value.Text; }
  void SetTimeout(float Seconds) { TimeoutSeconds = Seconds; }
  void SetHeader(const FString& Name, const FString& Value) { Headers.push_back(Name.Text + ": " + Value.Text); }
  void SetContentAsString(const FString& Value) { Body = Value.Text; }
  FHttpRequestCompleteDelegate& OnProcessRequestComplete() { return Complete; }
  void ProcessRequest() const;
};

struct FHttpModule {
  static FHttpModule& Get() { static FHttpModule Module; return Module; }
  std::shared_ptr<IHttpRequest> CreateRequest() const { return std::make_shared<IHttpRequest>(); }
};

inline std::string ReadAll(const std::string& File) {
  std::ifstream Stream(File);
  return {std::istreambuf_iterator<char>(Stream), {}};
}

/** Sends by curl. No value holds a quote: what a test sends is JSON, base64 and URLs. */
inline void IHttpRequest::ProcessRequest() const {
  const std::string Folder = std::string(std::getenv("TMPDIR")) + "/unreal-" + std::to_string(::time(nullptr)) + "-";
  std::ofstream(Folder + "request") << Body;
  std::string Command = "curl --silent --max-time " + std::to_string(TimeoutSeconds) + " --request " + Verb +
    " --dump-header '" + Folder + "headers' --output '" + Folder + "body' --write-out '%{http_code}' --data-binary '@" + Folder + "request'";
  for (const std::string& Header : Headers) Command += " --header '" + Header + "'";
  std::ofstream(Folder + "headers"), std::ofstream(Folder + "body");
  FILE* Pipe = popen((Command + " '" + Url + "'").c_str(), "r");
  char Status[4] = "000";
  const bool IsRead = std::fgets(Status, sizeof Status, Pipe) != nullptr;
  const bool IsConnected = pclose(Pipe) == 0 && IsRead;
  FHttpResponsePtr Response;
  if (IsConnected) Response.reset(new IHttpResponse{std::atoi(Status), ReadAll(Folder + "headers"), ReadAll(Folder + "body")});
  Complete.Lambda(FHttpRequestPtr(), Response, IsConnected);
}
