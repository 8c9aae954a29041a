#pragma once

#include "CoreMinimal.h"

struct FTickerDelegate {
  std::function<bool(float)> Tick;
  static FTickerDelegate CreateLambda(std::function<bool(float)> Tick) { return {Tick}; }
};

struct FTSTicker {
  struct Entry { FTickerDelegate Delegate; float DelaySeconds; };
  std::deque<Entry> Entries;
  static FTSTicker& GetCoreTicker() { static FTSTicker Ticker; return Ticker; }
  void AddTicker(const FTickerDelegate& Delegate, float DelaySeconds) { Entries.push_back({Delegate, DelaySeconds}); }
  /** The engine's loop, as long as somebody waits. */
  void RunAll() {
    while (!Entries.empty()) {
      const Entry Next = Entries.front();
      Entries.pop_front();
      std::this_thread::sleep_for(std::chrono::duration<float>(Next.DelaySeconds));
      if (Next.Delegate.Tick(Next.DelaySeconds)) Entries.push_back(Next);
    }
  }
};
