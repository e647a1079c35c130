#include <atomic>
#include <cstddef>
#include <exception>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/event_batch.hpp"
#include "http/api/blocking_calls.hpp"
#include "http/api/event_intake.hpp"
#include "http/api/handlers.hpp"
#include "http/wire/error_response.hpp"

namespace notifier::http {
namespace {

/// The request, kept for a thread that may take its time over a thousand events.
struct BatchRequest {
  BatchFormat format = BatchFormat::json_array;
  std::string body;
  std::string client;
  std::string idempotency_key;  ///< empty: none
  std::string traceparent;      ///< empty: none
};

std::string describe(const std::expected<std::string, Error>& event_id) {
  if (event_id) return R"({"status":202,"eventId":)" + json_string(*event_id) + '}';
  const Response refusal = error_response(event_id.error());
  return R"({"status":)" + std::to_string(refusal.status) + ',' + refusal.body.substr(1);
}

/// Gathers what became of each event, and answers when all are settled. Any thread.
class BatchAnswer {
 public:
  BatchAnswer(std::size_t events, Respond respond) : results_(events), open_{events}, respond_{std::move(respond)} {}

  /// Call it once for each event.
  void settle(std::size_t index, const std::expected<std::string, Error>& event_id) {
    results_[index] = describe(event_id);
    if (event_id) accepted_.fetch_add(1, std::memory_order_relaxed);
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) respond_(response());
  }

 private:
  [[nodiscard]] Response response() const {
    std::string body = R"({"accepted":)" + std::to_string(accepted_) + R"(,"refused":)" +
                       std::to_string(results_.size() - accepted_) + R"(,"results":[)";
    for (std::size_t index = 0; index < results_.size(); ++index) {
      if (index > 0) body += ',';
      body += results_[index];
    }
    return {.status = 207, .body = body + "]}"};
  }

  std::vector<std::string> results_;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<std::size_t> open_;
  Respond respond_;
};

void take_in_one(Broker& broker, const BatchRequest& batch, std::string_view text, std::size_t index,
                 const std::shared_ptr<BatchAnswer>& answer) try {
  const IdempotencyKey key{.client = batch.client, .key = batch.idempotency_key, .batch_index = index};
  EventOrigin origin{.event_id = choose_event_id(key), .traceparent = batch.traceparent};
  take_in_event(broker, text, std::move(origin),
                [answer, index](std::expected<std::string, Error> event_id) { answer->settle(index, event_id); });
} catch (const std::exception& bug) {
  answer->settle(index, std::unexpected{InternalError{.detail = bug.what()}});
}

void take_in_all(Broker& broker, const BatchRequest& batch, Respond respond) {
  const auto texts = split_event_batch(batch.body, batch.format);
  if (!texts) return respond(error_response(Refusal{.status = 400, .detail = texts.error().message}));
  const auto answer = std::make_shared<BatchAnswer>(texts->size(), std::move(respond));
  for (std::size_t index = 0; index < texts->size(); ++index) take_in_one(broker, batch, (*texts)[index], index, answer);
}

std::optional<BatchFormat> format_of(const SingleField& content_type) {
  if (is_content_type(content_type, "application/json")) return BatchFormat::json_array;
  if (is_content_type(content_type, "application/x-ndjson")) return BatchFormat::ndjson;
  return std::nullopt;
}

}  // namespace

void ingest_batch(const Request& request, const HandlerContext& context, Respond respond) {
  const auto format = format_of(request.content_type);
  if (!format) {
    return respond(error_response(Refusal{
        .status = 415,
        .detail = "the Content-Type must be application/json for an array, or application/x-ndjson for an event a line"}));
  }
  const auto key = read_idempotency_key(request.idempotency_key);
  if (!key) return respond(error_response(key.error()));

  auto batch =
      std::make_shared<BatchRequest>(BatchRequest{.format = *format,
                                                  .body = request.body,
                                                  .client = std::string{request.client},
                                                  .idempotency_key = std::string{*key},
                                                  .traceparent = std::string{read_traceparent(request.traceparent)}});
  auto respond_later = std::make_shared<Respond>(std::move(respond));
  const bool taken = context.batch_calls.try_run([&broker = *context.services.broker, batch, respond_later] {
    take_in_all(broker, *batch, std::move(*respond_later));
  });
  if (!taken) (*respond_later)(error_response(Refusal{.status = 503, .detail = "too many batches wait to be read"}));
}

}  // namespace notifier::http
