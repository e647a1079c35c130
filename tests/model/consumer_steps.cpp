#include <string>
#include <string_view>

#include "model/changes.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::model {
namespace {

/// What one worker can do next, in the order of `Pipeline::process_event`.
class WorkerSteps {
 public:
  WorkerSteps(const World& world, const State& state, std::size_t index, Steps& steps)
      : world_{world}, state_{state}, index_{index}, steps_{steps} {}

  void add() {
    switch (worker().at) {
      case At::idle:
        break;
      case At::begin_alone:
        begin_alone();
        break;
      case At::ack_begun_alone: {
        State next = state_;
        next.workers[index_].connected = 0;
        next.workers[index_].without_tag = 1;
        next.workers[index_].at = At::claim;
        add("acknowledges what it begins", next);
        break;
      }
      case At::claim:
        claim();
        break;
      case At::be_alone:
        be_alone();
        break;
      case At::claimed:
        go_on();
        break;
      case At::attempt:
        attempt();
        break;
      case At::publish_retry:
        publish(Place::delay_queue, world_.decisions.retry(worker()), "publishes the retry");
        break;
      case At::publish_deferred:
        publish(Place::delay_queue, world_.decisions.deferred(worker()), "publishes what was deferred");
        break;
      case At::publish_dead_letter:
        publish_dead_letter();
        break;
      case At::record:
        record();
        break;
      case At::postpone:
        postpone();
        break;
      case At::dead_letter_unattempted:
        dead_letter_unattempted();
        break;
      case At::ack: {
        State next = state_;
        if (worker().without_tag != 0) next.workers[index_].ended_alone = 1;
        end_delivery(next.workers[index_]);
        add("acknowledges", next);
        break;
      }
    }
  }

 private:
  [[nodiscard]] const Worker& worker() const { return state_.workers[index_]; }
  [[nodiscard]] std::uint8_t subject() const { return worker().delivery.subject; }

  void add(std::string_view name, const State& next, bool is_fault = false) {
    steps_.push_back({.name = name, .worker = index_, .is_fault = is_fault, .after = next});
  }

  /// Its neighbours are those of another process.
  void begin_alone() {
    State next = state_;
    Worker& beginning = next.workers[index_];
    if (beginning.connected == 0) {
      end_delivery(beginning);
      return add("drops the delivery of a lost connection", next);
    }
    if (beginning.delivery.begun_alone > 0 && beginning.ended_alone != 0) {
      beginning.ended_alone = 0;
      beginning.at = At::ack;
      return add("drops the copy of what it has dealt with alone", next);
    }
    const bool has_row = beginning.delivery.begun_alone > 0 && state_.now.rows[subject()].exists != 0;
    if (has_row || world_.scenario.without == Without::copies_of_what_is_begun_alone) {
      beginning.at = At::claim;
      return add("begins it: from its claim on its row counts", next);
    }
    if (beginning.delivery.begun_alone >= most_begun_alone) {
      if (state_.kills == 0) break_promise(next, Violation::dead_unattempted);
      beginning.reason = Reason::kills_consumers;
      beginning.at = At::dead_letter_unattempted;
      return add("gives up: it ends its consumers before they claim it", next);
    }
    Copy copy = beginning.delivery;
    ++copy.begun_alone;
    put(next, copy, Place::delay_queue);
    beginning.at = At::ack_begun_alone;
    add("publishes a copy before it begins alone", next);
  }

  void claim() {
    if (world_.scenario.first_kills_unclaimed && subject() == 0) return kill("reads it, which ends its process");
    const Claiming claiming{.copy = worker().delivery, .token = new_token(state_), .configuration = worker().configuration};
    claim_as(claiming, "claims");
    if (state_.left.faults == 0 || !world_.scenario.faults.late_claim || state_.late.token != 0) return;
    State next = state_;
    take_answer(next, claiming, execute_claim(world_, next, claiming));
    --next.left.faults;
    next.late = {.token = claiming.token, .copy = claiming.copy, .configuration = claiming.configuration};
    add("claims by a repetition: its first statement is still on its way", next, true);
  }

  void claim_as(const Claiming& claiming, std::string_view name) {
    State next = state_;
    const ClaimAnswer answer = execute_claim(world_, next, claiming);
    State unknown = next;
    take_answer(next, claiming, answer);
    add(name, next);
    if (state_.left.faults == 0 || !world_.scenario.faults.lagging_read) return;
    --unknown.left.faults;
    take_answer(unknown, claiming, world_.decisions.row_not_found(claiming.copy));
    add("claims, and IS TOLD OF NO ROW", unknown, true);
  }

  void take_answer(State& next, const Claiming& claiming, const ClaimAnswer& answer) const {
    Worker& taking = next.workers[index_];
    taking.held = 0;
    taking.overdue = 0;
    switch (answer.verdict) {
      case ClaimVerdict::ours:
        taking.at = At::claimed;
        break;
      case ClaimVerdict::done:
      case ClaimVerdict::stale:
        taking.at = At::ack;
        break;
      case ClaimVerdict::claimed_elsewhere:
        taking.at = At::postpone;
        break;
      case ClaimVerdict::payload_mismatch:
        taking.at = At::dead_letter_unattempted;
        break;
    }
    if (answer.verdict != ClaimVerdict::ours) {
      taking.token = 0;
      return;
    }
    taking.token = claiming.token;
    taking.alone = claiming.alone;
    taking.attempt_count = static_cast<std::uint8_t>(answer.attempt_count);
    taking.retries_from = static_cast<std::uint8_t>(answer.retries_from);
    taking.generation = static_cast<std::uint8_t>(answer.generation);
    taking.status = answer.status;
    taking.route = route_number(answer.route);
    taking.fanned_out = answer.fanned_out;
    taking.lapsed_claims = static_cast<std::uint8_t>(answer.lapsed_claims);
    if (next.witness[subject()].known_sent != 0) break_promise(next, Violation::sent_again_though_known);
  }

  [[nodiscard]] Claiming claiming_again(bool alone) const {
    Claiming claiming{.copy = worker().delivery,
                      .token = new_token(state_),
                      .held = worker().token,
                      .alone = alone,
                      .configuration = worker().configuration};
    claiming.copy.attempt = worker().attempt_count;
    claiming.copy.generation = worker().generation;
    claiming.copy.dead_letter = Reason::none;
    return claiming;
  }

  void be_alone() {
    if (world_.scenario.one_process) {
      for (std::size_t other = 0; other < world_.scenario.workers; ++other) {
        const Worker& neighbour = state_.workers[other];
        const bool is_under_way = neighbour.at != At::idle && neighbour.at != At::be_alone;
        if (other != index_ && is_under_way) return;
      }
    }
    claim_as(claiming_again(true), "is alone: claims again");
  }

  void go_on() {
    State next = state_;
    Worker& going = next.workers[index_];
    if (going.alone == 0 && is_suspect(going.lapsed_claims) && !ends_its_consumers(going.lapsed_claims)) {
      going.at = At::be_alone;
      return add("waits until nothing else is under way", next);
    }
    if (going.overdue != 0 && world_.scenario.without != Without::claims_in_time) {
      return claim_as(claiming_again(going.alone != 0), "was held up after the claim: claims again");
    }
    const bool fans_out = going.has_fanned_out == 0 && going.fanned_out == 0 &&
                          world_.decisions.leads_further(going.configuration, going.route);
    if (fans_out) {
      put(next, world_.decisions.further(going.delivery), Place::main_queue);
      going.has_fanned_out = 1;
      return add("fans out", next);
    }
    attempt_or_give_up(next);
  }

  void attempt_or_give_up(State next) {
    Worker& going = next.workers[index_];
    if (going.route == 0 && world_.decisions.has_routes(going.configuration)) {
      return give_up(next, Result::given_up_unrouted, Reason::failed_for_good, "gives up: no route takes it");
    }
    if (going.route != 0 && !world_.decisions.has_route(going.configuration, going.route)) {
      return give_up(next, Result::given_up, Reason::route_gone, "gives up: its route is gone");
    }
    if (ends_its_consumers(going.lapsed_claims)) {
      if (subject() != 0) break_promise(next, Violation::convicted_neighbour);
      if (state_.witness[subject()].sends == 0) break_promise(next, Violation::dead_unattempted);
      return give_up(next, Result::given_up_attempted, Reason::kills_consumers, "gives up: it ends its consumers");
    }
    if (!world_.decisions.allows_attempt(going)) {
      hold_against_policy(next);
      return give_up(next, Result::given_up, Reason::retries_exhausted, "gives up: no attempt is left");
    }
    going.at = At::attempt;
    add("begins the attempt", next);
  }

  /// Whoever has no attempt left has had all of them.
  void hold_against_policy(State& next) const {
    const bool is_overtaken = state_.now.rows[subject()].token != worker().token;
    if (is_overtaken) return;
    const unsigned made = next.witness[subject()].sends + next.witness[subject()].lost_attempts;
    if (made == 0) break_promise(next, Violation::dead_unattempted);
    const bool is_too_soon = made <= world_.scenario.max_retries && !world_.scenario.foreign_counts;
    if (is_too_soon) break_promise(next, Violation::dead_too_soon);
  }

  void give_up(State& next, Result result, Reason reason, std::string_view name) {
    Worker& going = next.workers[index_];
    going.result = result;
    going.reason = reason;
    going.at = At::publish_dead_letter;
    add(name, next);
  }

  void attempt() {
    if (world_.scenario.first_kills && subject() == 0) return kill("sends, which ends its process");
    const Answers& answers = world_.scenario.answers;
    if (answers.taken) {
      State next = attempted();
      Witness& witness = next.witness[subject()];
      increase(witness.taken);
      if (witness.taken > 1 + witness.gaps) break_promise(next, Violation::sent_again);
      answered(next, Sent{}, "sends: taken");
    }
    if (answers.failure) answered(attempted(), TransientFailure{}, "sends: failed for now");
    if (answers.failure_for_good) answered(attempted(), PermanentFailure{}, "sends: failed for good");
    if (answers.deferred) answered(state_, Deferred{}, "is told to put it off");
  }

  [[nodiscard]] State attempted() const {
    State next = state_;
    Witness& witness = next.witness[subject()];
    increase(witness.all_sends);
    note_route(next);
    // Who was frozen beyond its claim sends beside the attempts that the policy counts.
    if (state_.now.rows[subject()].token != worker().token) return next;
    increase(witness.sends);
    if (witness.sends > world_.scenario.max_retries + 1 + witness.lost_attempts) {
      break_promise(next, Violation::too_many_attempts);
    }
    return next;
  }

  /// All attempts of a notification go on one route, and no other notification of its event goes there.
  void note_route(State& next) const {
    Witness& witness = next.witness[subject()];
    if (worker().route == 0) return;
    const bool has_moved = witness.route != 0 && witness.route != worker().route;
    const bool is_taken = next.witness[1 - subject()].route == worker().route;
    if (has_moved || is_taken) break_promise(next, Violation::sent_on_another_route);
    witness.route = worker().route;
  }

  void answered(State next, const SendResult& answer, std::string_view name) {
    Worker& sending = next.workers[index_];
    const Transition transition = world_.decisions.after(sending, answer);
    if (transition.status == NotificationStatus::sent) {
      sending.result = Result::sent;
      sending.at = At::record;
    } else if (!transition.attempted) {
      sending.result = Result::deferred;
      sending.at = At::publish_deferred;
    } else if (transition.wait) {
      sending.result = Result::failed;
      sending.at = At::publish_retry;
    } else {
      sending.result = Result::died;
      sending.reason =
          transition.dead_letter_reason == "failed_for_good" ? Reason::failed_for_good : Reason::retries_exhausted;
      sending.at = At::publish_dead_letter;
      if (sending.reason == Reason::retries_exhausted) hold_against_policy(next);
    }
    add(name, next);
  }

  void kill(std::string_view name) {
    State next = state_;
    increase(next.kills);
    next.witness[subject()].sends = 1;
    end_process_of(world_, next, index_);
    add(name, next);
  }

  void publish(Place place, const Copy& copy, std::string_view name) {
    State next = state_;
    put(next, copy, place);
    next.workers[index_].at = At::record;
    add(name, next);
  }

  void publish_dead_letter() {
    const bool is_counted = worker().result == Result::died || worker().result == Result::given_up_attempted;
    publish(Place::dead_letter_queue,
            world_.decisions.dead_letter(worker(), worker().attempt_count + (is_counted ? 1U : 0U)),
            "publishes the dead letter");
  }

  void record() {
    State next = state_;
    Worker& recording = next.workers[index_];
    begin_commit(world_, next);
    Row& row = next.now.rows[subject()];
    const RecordVerdict verdict = world_.decisions.record(row, recording);
    if (recording.result == Result::sent && row.exists != 0 && row.status == NotificationStatus::sent) {
      next.witness[subject()].known_sent = 1;
    }
    recording.token = 0;
    const bool is_dead = recording.reason != Reason::none;
    if (is_dead && verdict == RecordVerdict::recorded) {
      next.now.dead[subject()] = {.state = Kept::dead, .attempt_count = row.attempt_count, .generation = row.generation};
    }
    if (verdict == RecordVerdict::overtaken) {
      if (recording.result == Result::sent && row.exists != 0) next.witness[subject()].known_sent |= was_unfinished();
      recording.at = is_dead ? At::postpone : At::ack;
      add("records: overtaken", next);
    } else {
      recording.at = At::ack;
      add("records", next);
    }
  }

  /// What a consumer knows of it is to be believed.
  [[nodiscard]] std::uint8_t was_unfinished() const {
    const Row& row = state_.now.rows[subject()];
    return row.exists != 0 && row.status != NotificationStatus::failed_dlq && row.body == worker().delivery.body ? 1 : 0;
  }

  void postpone() {
    State next = state_;
    if (worker().connected == 0 && world_.scenario.without != Without::dropped_deliveries) {
      end_delivery(next.workers[index_]);
      return add("drops the delivery of a lost connection", next);
    }
    put(next, worker().delivery, Place::delay_queue);
    next.workers[index_].at = At::ack;
    add("postpones", next);
  }

  void dead_letter_unattempted() {
    State next = state_;
    Copy dead = worker().delivery;
    const bool is_convicted = worker().reason == Reason::kills_consumers;
    dead.dead_letter = is_convicted ? Reason::kills_consumers : Reason::payload_mismatch;
    put(next, dead, Place::dead_letter_queue);
    next.workers[index_].at = At::ack;
    if (is_convicted) {
      begin_commit(world_, next);
      next.now.dead[subject()] = {.state = Kept::dead, .attempt_count = dead.attempt, .generation = dead.generation};
      return add("publishes and keeps it as a dead letter", next);
    }
    // Nobody but its client has made a message of this event.
    break_promise(next, Violation::false_mismatch);
    add("publishes it as a dead letter of another event", next);
  }

  static std::uint8_t route_number(const std::string& route) {
    for (std::uint8_t number = 1; number <= 2; ++number) {
      if (route == route_name(number)) return number;
    }
    return 0;
  }

  const World& world_;
  const State& state_;
  std::size_t index_;
  Steps& steps_;
};

}  // namespace

void add_consumer_steps(const World& world, const State& state, Steps& steps) {
  for (std::size_t index = 0; index < world.scenario.workers; ++index) WorkerSteps{world, state, index, steps}.add();
}

}  // namespace notifier::model
