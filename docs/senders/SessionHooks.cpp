// Reports to session-hooks that the match on this dedicated server has ended. Unreal Engine 5.
// In your module's Build.cs: PublicDependencyModuleNames.AddRange(new[] { "Core", "HTTP" });
//   AddEngineThirdPartyPrivateStaticDependencies(Target, "OpenSSL");
// Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
// Use it in your game mode, when the match has ended: SessionHooksMatchEnded();
// The server must go on running until the log says that the hook has answered.
#include "CoreMinimal.h"
#include "Containers/Ticker.h"
#include "HttpModule.h"
#include "Interfaces/IHttpRequest.h"
#include "Interfaces/IHttpResponse.h"
#include "Misc/Guid.h"

#define UI UI_OpenSSL
#include "SessionHooksSignature.h"
#undef UI

namespace SessionHooksPrivate
{
	constexpr int32 Attempts = 5;
	constexpr float LongestPauseSeconds = 60.0f;

	FString Variable(const TCHAR* Name)
	{
		return FPlatformMisc::GetEnvironmentVariable(Name);
	}

	void Send(const FString& Body, const FString& Id, int32 Attempt);

	/** Sends again after a pause: random, doubled with each attempt, at least what Retry-After says. */
	void SendLater(const FString& Body, const FString& Id, int32 Attempt, float RetryAfterSeconds)
	{
		const float BackOffSeconds = static_cast<float>(1 << (Attempt - 1)) * FMath::FRandRange(0.5f, 1.0f);
		const float PauseSeconds = FMath::Min(LongestPauseSeconds, FMath::Max(BackOffSeconds, RetryAfterSeconds));
		FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateLambda([Body, Id, Attempt](float)
		{
			Send(Body, Id, Attempt + 1);
			return false;
		}), PauseSeconds);
	}

	void Send(const FString& Body, const FString& Id, int32 Attempt)
	{
		const FString Url = Variable(TEXT("HOOK_URL"));
		const int64 Timestamp = FDateTime::UtcNow().ToUnixTimestamp();
		const std::string Signature = SessionHooks::Sign(TCHAR_TO_UTF8(*Variable(TEXT("HOOK_SIGNING_SECRET"))), TCHAR_TO_UTF8(*Id), Timestamp, TCHAR_TO_UTF8(*Body));

		const TSharedRef<IHttpRequest, ESPMode::ThreadSafe> Request = FHttpModule::Get().CreateRequest();
		Request->SetURL(Url);
		Request->SetVerb(TEXT("POST"));
		Request->SetTimeout(10.0f);
		Request->SetHeader(TEXT("content-type"), TEXT("application/json"));
		Request->SetHeader(TEXT("webhook-id"), Id);
		Request->SetHeader(TEXT("webhook-timestamp"), LexToString(Timestamp));
		Request->SetHeader(TEXT("webhook-signature"), UTF8_TO_TCHAR(Signature.c_str()));
		Request->SetContentAsString(Body);
		Request->OnProcessRequestComplete().BindLambda([Url, Body, Id, Attempt](FHttpRequestPtr, FHttpResponsePtr Response, bool bConnected)
		{
			const int32 Status = bConnected && Response.IsValid() ? Response->GetResponseCode() : 0;
			const bool bAgain = Status == 0 || Status == 429 || Status >= 500;
			if (Status == 202)
			{
				UE_LOG(LogTemp, Log, TEXT("session-hooks: the event is in the queue"));
			}
			else if (bAgain && Attempt < Attempts)
			{
				SendLater(Body, Id, Attempt, Status == 0 ? 0.0f : FCString::Atof(*Response->GetHeader(TEXT("Retry-After"))));
			}
			else if (Status == 0)
			{
				UE_LOG(LogTemp, Error, TEXT("session-hooks: %s does not answer"), *Url);
			}
			else
			{
				UE_LOG(LogTemp, Error, TEXT("session-hooks: the hook answered %d: %s"), Status, *Response->GetContentAsString());
			}
		});
		Request->ProcessRequest();
	}
}

/** Ends every session of the deployment that this server runs in. The log says what came of it. */
void SessionHooksMatchEnded()
{
	FString Missing;
	for (const TCHAR* Name : {TEXT("HOOK_URL"), TEXT("HOOK_SIGNING_SECRET"), TEXT("ARBITRIUM_REQUEST_ID")})
	{
		if (SessionHooksPrivate::Variable(Name).IsEmpty()) Missing += (Missing.IsEmpty() ? FString() : FString(TEXT(", "))) + Name;
	}
	if (!Missing.IsEmpty())
	{
		UE_LOG(LogTemp, Error, TEXT("session-hooks: set %s"), *Missing);
		return;
	}
	// A request that is sent again has the same body: its time is when the match has ended, not when it was sent.
	const FString Body = FString::Printf(TEXT("{\"type\":\"match.ended\",\"time\":\"%s\",\"data\":{\"deployment_request_id\":\"%s\"}}"),
		*FDateTime::UtcNow().ToIso8601(), *SessionHooksPrivate::Variable(TEXT("ARBITRIUM_REQUEST_ID")));
	SessionHooksPrivate::Send(Body, TEXT("msg_") + FGuid::NewGuid().ToString(), 1);
}
