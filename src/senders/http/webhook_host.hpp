#pragma once

#include <string>
#include <vector>

namespace notifier {

/// The addresses that the host of a webhook's URL stands for, if that is known without a name service: an address, however
/// it is written, or a name of this machine (`localhost`); and only if none of them is public or in a network of `allow`, so
/// that nothing could ever be sent there. Otherwise none, also if the URL or a network is wrong.
[[nodiscard]] std::vector<std::string> refused_addresses_of(const std::string& url, const std::vector<std::string>& allow);

}  // namespace notifier
