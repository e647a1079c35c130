#include "http/api/not_done.hpp"

namespace notifier::http {
namespace {

struct ToError {
  Error operator()(NotDone why) const {
    switch (why) {
      case NotDone::no_such_dead_letter:
        return Refusal{.status = 404, .detail = "there is no such dead letter"};
      case NotDone::not_dead:
        return Refusal{.status = 409, .detail = "it is not dead: it was replayed or discarded"};
      case NotDone::no_such_replay:
        return Refusal{.status = 404, .detail = "there is no such replay"};
      case NotDone::replay_has_ended:
        return Refusal{.status = 409, .detail = "the replay has ended"};
    }
    return InternalError{.detail = "unknown reason why nothing was done"};
  }

  Error operator()(const InvalidEvent& edited) const { return Refusal{.status = 400, .detail = edited.message}; }

  Error operator()(const RepositoryError& error) const { return error; }
};

}  // namespace

Response not_done_response(const OperationError& error) { return error_response(std::visit(ToError{}, error)); }

}  // namespace notifier::http
