// The value of the header webhook-signature. Plain C++17 and OpenSSL, which comes with Unreal Engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace SessionHooks {

inline std::string EncodeBase64(const std::vector<unsigned char>& Bytes) {
  std::string Text(4 * ((Bytes.size() + 2) / 3) + 1, '\0');
  const int Length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(Text.data()), Bytes.data(), static_cast<int>(Bytes.size()));
  Text.resize(static_cast<size_t>(Length));
  return Text;
}

inline std::vector<unsigned char> DecodeBase64(const std::string& Text) {
  std::vector<unsigned char> Bytes(Text.size() / 4 * 3 + 3);
  const int Length = EVP_DecodeBlock(Bytes.data(), reinterpret_cast<const unsigned char*>(Text.data()), static_cast<int>(Text.size()));
  // OpenSSL counts the padding as bytes.
  size_t Padding = 0;
  while (Padding < 2 && Padding < Text.size() && Text[Text.size() - 1 - Padding] == '=') ++Padding;
  Bytes.resize(Length < 0 ? 0 : static_cast<size_t>(Length) - Padding);
  return Bytes;
}

// Secret: whsec_ and base64. Timestamp: in seconds. Body: UTF-8, exactly the bytes that are sent.
inline std::string Sign(const std::string& Secret, const std::string& Id, int64_t Timestamp, const std::string& Body) {
  const std::vector<unsigned char> Key = DecodeBase64(Secret.substr(std::string("whsec_").size()));
  const std::string Signed = Id + "." + std::to_string(Timestamp) + "." + Body;
  std::vector<unsigned char> Hash(32);
  HMAC(EVP_sha256(), Key.data(), static_cast<int>(Key.size()), reinterpret_cast<const unsigned char*>(Signed.data()), Signed.size(), Hash.data(), nullptr);
  return "v1," + EncodeBase64(Hash);
}

}  // namespace SessionHooks
