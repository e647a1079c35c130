#include "http/api/respond_async.hpp"

#include <exception>
#include <memory>
#include <utility>

#include "http/api/blocking_calls.hpp"

namespace notifier::http {
namespace {

Response result_of(std::move_only_function<Response()>& work) try { return work(); } catch (const std::exception& bug) {
  return error_response(InternalError{.detail = bug.what()});
}

}  // namespace

void respond_async(BlockingCalls& calls, Respond respond, std::move_only_function<Response()> work) {
  auto respond_later = std::make_shared<Respond>(std::move(respond));
  const bool accepted =
      calls.try_run([respond_later, work = std::move(work)]() mutable { (*respond_later)(result_of(work)); });
  if (accepted) return;
  (*respond_later)(error_response(Refusal{.status = 503, .detail = "too many requests wait for the database"}));
}

}  // namespace notifier::http
