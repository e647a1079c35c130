#include "model/scenarios.hpp"

namespace notifier::model {
namespace {

constexpr Copy first_message{.place = Place::main_queue};

/// Another producer's, with a retry count of its own in the body.
constexpr Copy counted_elsewhere{.place = Place::main_queue, .attempt = 4};

Routes both_routes() { return Routes{{{.name = "a", .event_types = {"*"}}, {.name = "b", .event_types = {"*"}}}}; }
Routes first_route() { return Routes{{{.name = "a", .event_types = {"*"}}}}; }
Routes second_route() { return Routes{{{.name = "b", .event_types = {"*"}}}}; }

}  // namespace

Scenario consumers_that_fail() {
  Scenario scenario{.name = "Consumers crash, lose their connections and their claims"};
  scenario.faults = {.crash = true, .lost_connection = true, .lapse = true};
  scenario.budget.faults = 2;
  return scenario;
}

Scenario deferrals_beside_attempts() {
  Scenario scenario{.name = "Deferred notifications are attempted too, with a fault in between"};
  scenario.faults = {.crash = true, .lost_connection = true, .lapse = true};
  scenario.budget.faults = 1;
  scenario.answers.deferred = true;
  scenario.relative_generations = true;
  return scenario;
}

Scenario fail_overs() {
  Scenario scenario{.name = "The database fails over and loses its last commit"};
  scenario.faults = {.crash = true, .lapse = true, .fail_over = true};
  scenario.budget.faults = 2;
  return scenario;
}

Scenario deferrals() {
  Scenario scenario{.name = "Nothing is attempted, and connections are lost"};
  scenario.faults = {.lost_connection = true};
  scenario.budget.faults = 2;
  scenario.answers = {.taken = false, .failure = false, .deferred = true};
  scenario.goal = Goal::one_copy;
  scenario.relative_generations = true;
  return scenario;
}

Scenario lost_deliveries() {
  Scenario scenario = deferrals();
  scenario.name = "Nothing is attempted, and connections are lost before a copy is published";
  scenario.faults = {.lost_delivery = true};
  scenario.most_copies = 1;
  return scenario;
}

Scenario foreign_messages() {
  Scenario scenario{.name = "Another producer publishes copies, and counts by itself"};
  scenario.copies = {first_message, first_message, counted_elsewhere};
  scenario.configurations = {both_routes()};
  scenario.foreign_counts = true;
  return scenario;
}

Scenario foreign_message_and_crash() {
  Scenario scenario = foreign_messages();
  scenario.name = "Another producer's copy counts by itself, and a consumer crashes";
  scenario.copies = {first_message, counted_elsewhere};
  scenario.faults = {.crash = true};
  scenario.max_retries = 0;
  scenario.budget.faults = 1;
  return scenario;
}

Scenario replays() {
  Scenario scenario{.name = "Dead letters are replayed and moved back"};
  scenario.faults = {.crash = true, .lost_connection = true, .lapse = true};
  scenario.decides_on_dead_letters = true;
  scenario.budget = {.faults = 1, .replays = 1, .moves = 1};
  scenario.max_retries = 0;
  scenario.answers.failure_for_good = true;
  return scenario;
}

Scenario edits() {
  Scenario scenario{.name = "A dead letter is edited and replayed, and the client repeats its request"};
  scenario.decides_on_dead_letters = true;
  scenario.budget = {.replays = 1, .moves = 1, .edits = 1, .repeats = 1};
  scenario.max_retries = 0;
  return scenario;
}

Scenario buried_messages() {
  Scenario scenario{.name = "The broker gives messages up"};
  scenario.faults = {.crash = true};
  scenario.budget = {.faults = 1, .burials = 2};
  scenario.max_retries = 0;
  scenario.decides_on_dead_letters = true;
  return scenario;
}

Scenario buried_for_good() {
  Scenario scenario = buried_messages();
  scenario.name = "The broker gives up what was published anew often enough";
  scenario.copies = {{.place = Place::main_queue, .renewals = most_renewals}};
  scenario.faults = {};
  scenario.budget = {.replays = 1, .burials = 1};
  return scenario;
}

Scenario retention() {
  Scenario scenario{.name = "Retention removes what was sent and what is dead"};
  scenario.faults = {.crash = true};
  scenario.budget = {.faults = 1, .replays = 1, .moves = 1, .burials = 1};
  scenario.max_retries = 0;
  scenario.decides_on_dead_letters = true;
  scenario.retention = true;
  return scenario;
}

Scenario retention_without_passes() {
  Scenario scenario = retention();
  scenario.name = "Retention finds a dead letter that no pass has closed";
  scenario.decides_on_dead_letters = false;
  scenario.begins_buried = true;
  scenario.budget.burials = 0;
  scenario.budget.moves = 0;
  return scenario;
}

Scenario late_claims() {
  Scenario scenario{.name = "A statement of claim arrives after its repetition"};
  scenario.faults = {.crash = true, .lapse = true, .late_claim = true};
  scenario.answers = {.taken = true, .failure = true, .failure_for_good = true};
  scenario.budget.faults = 2;
  return scenario;
}

Scenario lagging_reads() {
  Scenario scenario{.name = "A row is not found after its claim"};
  scenario.faults = {.lost_connection = true, .lagging_read = true};
  scenario.copies = {first_message, first_message};
  scenario.budget.faults = 2;
  return scenario;
}

Scenario removed_route() {
  Scenario scenario{.name = "The first route is removed"};
  scenario.configurations = {both_routes(), second_route()};
  scenario.max_retries = 0;
  scenario.decides_on_dead_letters = true;
  scenario.budget = {.replays = 1, .moves = 1, .restarts = 2};
  return scenario;
}

Scenario two_configurations() {
  Scenario scenario{.name = "One consumer has a route more than the other"};
  scenario.configurations = {both_routes(), first_route()};
  scenario.one_configuration_each = true;
  scenario.faults = {.crash = true};
  scenario.max_retries = 0;
  scenario.budget.faults = 1;
  return scenario;
}

Scenario killing_event() {
  Scenario scenario{.name = "An event ends its consumer in each attempt"};
  scenario.one_process = true;
  scenario.first_kills = true;
  scenario.copies = {first_message, {.place = Place::main_queue, .subject = 1}};
  scenario.answers = {.taken = true, .failure = false};
  return scenario;
}

Scenario suspect() {
  Scenario scenario{.name = "A message is begun alone, and is innocent"};
  scenario.copies = {{.place = Place::main_queue, .renewals = suspect_renewals}};
  scenario.faults = {.crash = true, .lost_connection = true, .lapse = true};
  scenario.budget.faults = 1;
  scenario.max_retries = 0;
  return scenario;
}

Scenario killing_message() {
  Scenario scenario = suspect();
  scenario.name = "A message ends its consumer before it is claimed";
  scenario.first_kills_unclaimed = true;
  scenario.faults = {.lost_connection = true};
  // A connection that is lost between the copy and the acknowledgement leaves a second one, which is begun as often again.
  scenario.most_kills = 2 * most_begun_alone;
  return scenario;
}

Scenario delay_queue_that_repeats() {
  Scenario scenario{.name = "A delay queue hands its message over twice"};
  scenario.faults = {.two_for_one = true};
  scenario.budget.faults = 2;
  return scenario;
}

std::vector<Scenario> scenarios() {
  return {consumers_that_fail(),
          fail_overs(),
          deferrals(),
          deferrals_beside_attempts(),
          lost_deliveries(),
          foreign_messages(),
          foreign_message_and_crash(),
          replays(),
          edits(),
          buried_messages(),
          buried_for_good(),
          retention(),
          retention_without_passes(),
          late_claims(),
          lagging_reads(),
          removed_route(),
          two_configurations(),
          killing_event(),
          suspect(),
          killing_message(),
          delay_queue_that_repeats()};
}

}  // namespace notifier::model
