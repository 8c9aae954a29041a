#pragma once

#include "CoreMinimal.h"

struct FGuid {
  static FGuid NewGuid() { return {}; }
  FString ToString() const {
    std::random_device Random;
    return FString::Printf("%08X%08X%08X%08X", Random(), Random(), Random(), Random());
  }
};
