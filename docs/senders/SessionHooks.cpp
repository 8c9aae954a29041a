// Reports to session-hooks that the match on this dedicated server has ended. Unreal Engine 5.
// In your module's Build.cs: PublicDependencyModuleNames.AddRange(new[] { "Core", "HTTP" });
//   AddEngineThirdPartyPrivateStaticDependencies(Target, "OpenSSL");
// Reads HOOK_URL (https://…/hooks), HOOK_SIGNING_SECRET (whsec_…) and ARBITRIUM_REQUEST_ID, which Edgegap sets in each container.
// Use it in your game mode, when the match has ended: SessionHooksMatchEnded();
#include "CoreMinimal.h"
#include "HttpModule.h"
#include "Interfaces/IHttpRequest.h"
#include "Interfaces/IHttpResponse.h"
#include "Misc/Guid.h"

#define UI UI_OpenSSL
#include "SessionHooksSignature.h"
#undef UI

static void SendToSessionHooks(const FString& Body, const FString& Id, int32 Attempt)
{
	const FString Url = FPlatformMisc::GetEnvironmentVariable(TEXT("HOOK_URL"));
	const FString Secret = FPlatformMisc::GetEnvironmentVariable(TEXT("HOOK_SIGNING_SECRET"));
	const int64 Timestamp = FDateTime::UtcNow().ToUnixTimestamp();
	const std::string Signature = SessionHooks::Sign(TCHAR_TO_UTF8(*Secret), TCHAR_TO_UTF8(*Id), Timestamp, TCHAR_TO_UTF8(*Body));

	const TSharedRef<IHttpRequest, ESPMode::ThreadSafe> Request = FHttpModule::Get().CreateRequest();
	Request->SetURL(Url);
	Request->SetVerb(TEXT("POST"));
	Request->SetTimeout(10.0f);
	Request->SetHeader(TEXT("content-type"), TEXT("application/json"));
	Request->SetHeader(TEXT("webhook-id"), Id);
	Request->SetHeader(TEXT("webhook-timestamp"), LexToString(Timestamp));
	Request->SetHeader(TEXT("webhook-signature"), UTF8_TO_TCHAR(Signature.c_str()));
	Request->SetContentAsString(Body);
	Request->OnProcessRequestComplete().BindLambda([Body, Id, Attempt](FHttpRequestPtr, FHttpResponsePtr Response, bool bConnected)
	{
		const int32 Status = bConnected && Response.IsValid() ? Response->GetResponseCode() : 0;
		if (Status == 202) return;
		const bool bAgain = Status == 0 || Status == 429 || Status >= 500;
		// With the same id, a request that is sent twice does no harm.
		if (bAgain && Attempt < 3) SendToSessionHooks(Body, Id, Attempt + 1);
		else UE_LOG(LogTemp, Error, TEXT("session-hooks: %d %s"), Status, Response.IsValid() ? *Response->GetContentAsString() : TEXT(""));
	});
	Request->ProcessRequest();
}

/** Ends every session of the deployment that this server runs in. */
void SessionHooksMatchEnded()
{
	const FString RequestId = FPlatformMisc::GetEnvironmentVariable(TEXT("ARBITRIUM_REQUEST_ID"));
	const FString Body = FString::Printf(TEXT("{\"type\":\"match.ended\",\"data\":{\"deployment_request_id\":\"%s\"}}"), *RequestId);
	SendToSessionHooks(Body, TEXT("msg_") + FGuid::NewGuid().ToString(), 0);
}
