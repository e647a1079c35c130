#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace notifier::testing {

/// How a receiver of webhooks carries itself.
enum class Conduct : std::uint8_t {
  well,       ///< answers with 200
  failing,    ///< answers with 404, 502 and 503 in turn, as what stands before one that is being deployed
  slow,       ///< answers with 200 after 12 s
  trickling,  ///< answers with 200, byte after byte, within 12 s
  refusing,   ///< no port is open
  silent,     ///< takes connections, and says nothing on them
  misnamed    ///< has the certificate of another name
};

/// The name in what a test prints.
[[nodiscard]] std::string_view to_string(Conduct conduct);

/// A receiver of webhooks over HTTPS on this machine, as `localhost`, whose conduct changes. Any thread.
class UnsteadyReceiver {
 public:
  UnsteadyReceiver();
  ~UnsteadyReceiver();
  UnsteadyReceiver(const UnsteadyReceiver&) = delete;
  UnsteadyReceiver& operator=(const UnsteadyReceiver&) = delete;

  [[nodiscard]] std::string url() const;

  /// PEM: the certificate that it has unless it is misnamed.
  [[nodiscard]] std::string ca_file() const;

  /// Goes on in another way. Unless it only becomes slow, or well after that, this resets the connections that there are; an
  /// answer that has left arrives.
  void change_to(Conduct conduct);

  /// How often each notification, by its id, was answered with 200 while its sender still waited.
  [[nodiscard]] std::map<std::string, std::size_t> taken() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace notifier::testing
