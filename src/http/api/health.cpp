#include <utility>

#include "base/rfc3339.hpp"
#include "http/api/handlers.hpp"

namespace notifier::http {
namespace {

std::string part_json(const PartState& part) { return json_string(part.name) + ":" + json_string(part.state); }

std::string senders_json(const std::vector<PartState>& senders) {
  std::string json;
  for (const PartState& sender : senders) json += (json.empty() ? "" : ",") + part_json(sender);
  return R"("senders":{)" + json + "}";
}

std::string housekeeping_json(const std::vector<PartFault>& faults) {
  std::string json;
  for (const PartFault& fault : faults) {
    json += (json.empty() ? "" : ",") + json_string(fault.name) + ":" + json_string(fault.words);
  }
  return R"("housekeeping":{)" + json + "}";
}

/// Without a word of the failures themselves: anybody may ask.
std::string open_circuits_json(const std::vector<PartState>& senders) {
  std::string json;
  for (const PartState& sender : senders) {
    if (!sender.open_circuit) continue;
    json += (json.empty() ? "" : ",") + json_string(sender.name) + R"(:{"failures":)" +
            std::to_string(sender.open_circuit->failures) + R"(,"since":)" +
            json_string(to_rfc3339(sender.open_circuit->since)) + R"(,"nextTryAt":)" +
            json_string(to_rfc3339(sender.open_circuit->next_try)) + "}";
  }
  return json.empty() ? json : R"(,"openCircuits":{)" + json + "}";
}

}  // namespace

void show_health(const Request& /*request*/, const HandlerContext& /*context*/, Respond respond) {
  respond({.status = 200, .body = R"({"status":"OK"})"});
}

void show_readiness(const Request& /*request*/, const HandlerContext& context, Respond respond) {
  const Readiness readiness = context.services.readiness();
  const char* const status = readiness.ready ? "ready" : readiness.stopping ? "stopping" : "not ready";
  std::string body = R"({"status":")" + std::string{status} + '"';
  body += "," + part_json(readiness.broker) + "," + part_json(readiness.database);
  if (!readiness.senders.empty()) body += "," + senders_json(readiness.senders) + open_circuits_json(readiness.senders);
  if (!readiness.housekeeping.empty()) body += "," + housekeeping_json(readiness.housekeeping);
  body += '}';
  respond({.status = readiness.ready ? 200U : 503U, .body = std::move(body)});
}

}  // namespace notifier::http
