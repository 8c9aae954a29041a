// A game mode that ends its match at once.
#include "Containers/Ticker.h"

void SessionHooksMatchEnded();

int main() {
  SessionHooksMatchEnded();
  FTSTicker::GetCoreTicker().RunAll();
  return HasFailed() ? 1 : 0;
}
