#pragma once

#include <string>

#include "base/sha256.hpp"

namespace notifier {

/// SHA-256 over an event's type, timestamp and payload values. Spacing, the order of keys and the way a number is written
/// do not change it.
using Fingerprint = Sha256;

/// Who is to be notified, as the payload names them.
struct Recipient {
  std::string user_id;
  std::string email;
  std::string username;
};

/// What a client posted, checked against the event schema.
struct Event {
  std::string id;         ///< 1 to 128 printable ASCII characters
  std::string type;       ///< `eventType`, 1 to 255 characters of UTF-8
  std::string timestamp;  ///< ISO 8601, as the client wrote it
  std::string payload;    ///< text of a JSON object, byte for byte as the client wrote it
  Recipient recipient;
  Fingerprint fingerprint{};
};

}  // namespace notifier
