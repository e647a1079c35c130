#include "http/api/not_done.hpp"

namespace notifier::http {
namespace {

struct ToError {
  Error operator()(NotDone why) const {
    const bool is_missing = why == NotDone::no_such_dead_letter || why == NotDone::no_such_replay;
    return Refusal{.status = is_missing ? 404U : 409U, .detail = std::string{words_of(why)}};
  }

  Error operator()(const InvalidEvent& edited) const { return Refusal{.status = 400, .detail = edited.message}; }

  Error operator()(const RepositoryError& error) const { return error; }
};

}  // namespace

Response not_done_response(const OperationError& error) { return error_response(std::visit(ToError{}, error)); }

}  // namespace notifier::http
