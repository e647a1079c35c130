#include "fault/simulation/scenario.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/event_schema.hpp"
#include "fault/simulation/chance.hpp"

namespace notifier::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view name_begin = "subject:";

Subject make_subject(std::string event_id, unsigned version) {
  std::string name = std::string{name_begin} + event_id + "/" + std::to_string(version);
  return Subject{.name = std::move(name), .event_id = std::move(event_id)};
}

constexpr std::array route_names{"mail", "crm", "audit"};

/// The subject of the notification on a further route.
Subject make_further(const Subject& origin, const std::string& route) {
  return Subject{.name = origin.name + "@" + route, .event_id = origin.event_id + "/" + route, .origin = origin.name};
}

/// Where the id of a notification names its route.
std::string route_suffix(std::string_view event_id) {
  const auto slash = event_id.find('/');
  return slash == std::string_view::npos ? std::string{} : "@" + std::string{event_id.substr(slash + 1)};
}

Subject further_with_plan(const Subject& origin, const std::string& route) {
  Subject further = make_further(origin, route);
  further.failures = origin.failures;
  further.for_good = origin.for_good;
  further.retry_after = origin.retry_after;
  further.spared_until = origin.spared_until;
  return further;
}

std::string_view id_in(std::string_view body) {
  constexpr std::string_view key = R"("id":")";
  const auto begin = body.find(key);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = body.substr(begin + key.size());
  return rest.substr(0, rest.find('"'));
}

void add_ingest(Scenario& scenario, Time at, Message message) {
  scenario.ingests.push_back({.at = at, .message = std::move(message)});
}

/// 0 in most runs, so that single causes are seen by themselves too.
unsigned draw_likelihood(Chance& chance, unsigned highest) {
  return chance.happens(400) ? static_cast<unsigned>(chance.below(highest + 1)) : 0;
}

Likelihoods draw_likelihoods(Chance& chance) {
  return {.publish_unavailable = draw_likelihood(chance, 200),
          .publish_refused = draw_likelihood(chance, 200),
          .publish_vanishes = draw_likelihood(chance, 200),
          .confirm_lost = draw_likelihood(chance, 200),
          .publish_late = draw_likelihood(chance, 200),
          .delivered_twice = draw_likelihood(chance, 200),
          .database_call_fails = draw_likelihood(chance, 300),
          .database_answer_lost = draw_likelihood(chance, 300),
          .database_slow = draw_likelihood(chance, 300),
          .claim_late = draw_likelihood(chance, 200),
          .claim_unseen = draw_likelihood(chance, 200),
          .send_slow = draw_likelihood(chance, 300),
          .send_answer_lost = draw_likelihood(chance, 200)};
}

std::vector<Hazard> draw_hazards(Chance& chance) {
  constexpr std::array possible{
      Hazard{FaultKind::crash, 40, 0s, 0s},
      Hazard{FaultKind::terminate, 100, 0s, 0s},
      Hazard{FaultKind::freeze, 60, 1s, 90s},
      Hazard{FaultKind::connection_loss, 40, 0s, 0s},
      Hazard{FaultKind::broker_outage, 200, 100ms, 60s},
      Hazard{FaultKind::publishers_blocked, 200, 100ms, 60s},
      Hazard{FaultKind::database_outage, 200, 100ms, 90s},
      Hazard{FaultKind::purge, 200, 0s, 0s},
      Hazard{FaultKind::replay, 60, 0s, 0s},
      Hazard{FaultKind::flapping_link, 200, 1s, 60s},
      Hazard{FaultKind::fail_over, 400, 1ms, 2s},
      Hazard{FaultKind::reroute, 200, 0s, 0s},
  };
  std::vector<Hazard> hazards;
  for (const Hazard& hazard : possible) {
    if (!chance.happens(350)) continue;
    hazards.push_back(hazard);
    hazards.back().once_in *= 1 + static_cast<unsigned>(chance.below(10));
  }
  return hazards;
}

void leave_out_reported(Scenario& scenario) {
  scenario.likelihoods.claim_late = 0;
  scenario.likelihoods.claim_unseen = 0;
  std::erase_if(scenario.hazards, [](const Hazard& hazard) {
    return hazard.kind == FaultKind::flapping_link || hazard.kind == FaultKind::fail_over ||
           hazard.kind == FaultKind::reroute;
  });
}

/// The same event again: by a client that repeats its request, or under the same id with another payload.
void draw_duplicates(Scenario& scenario, const Subject& subject, Chance& chance, Time within) {
  const std::uint64_t copies = chance.happens(300) ? 1 + chance.below(4) : 0;
  for (std::uint64_t i = 0; i < copies; ++i) {
    Message copy = message_of(subject);
    if (chance.happens(500)) copy.body.insert(1, " ");
    add_ingest(scenario, chance.between(0s, within), std::move(copy));
  }
  if (scenario.has_reported_faults && chance.happens(100)) {
    const auto attempts = static_cast<unsigned>(chance.below(scenario.max_retries + 3));
    add_ingest(scenario, chance.between(0s, within), foreign_message_of(subject, attempts, chance.happens(500)));
  }
  if (!chance.happens(100)) return;
  Subject other = make_subject(subject.event_id, 1);
  other.failures = subject.failures;
  add_ingest(scenario, chance.between(0s, within), message_of(other));
  scenario.subjects.push_back(std::move(other));
}

/// What the destination answers, and when it is spared.
void draw_plan(Subject& subject, const Scenario& scenario, Chance& chance) {
  if (chance.happens(500)) subject.failures = static_cast<unsigned>(chance.below(scenario.max_retries + 2));
  subject.for_good = chance.happens(100);
  if (chance.happens(200)) {
    subject.retry_after = std::chrono::duration_cast<std::chrono::milliseconds>(chance.between(0s, 90s));
  }
  if (chance.happens(200)) subject.spared_until = chance.between(0s, 60s);
}

/// Which route is the first, and so has the event's own notification, changes with the routes.
std::vector<std::string> routes_of_further_ones(const Scenario& scenario) {
  std::vector<std::string> names;
  const bool is_first_settled = scenario.other_routes.empty();
  for (const Route& route : scenario.routes) names.push_back(route.name);
  if (is_first_settled && !names.empty()) names.erase(names.begin());
  for (const Route& route : scenario.other_routes) {
    if (std::ranges::find(names, route.name) == names.end()) names.push_back(route.name);
  }
  return names;
}

/// Without one of the routes, or in another order.
std::vector<Route> draw_other_routes(std::vector<Route> routes, Chance& chance) {
  if (routes.size() > 1 && chance.happens(700)) {
    routes.erase(routes.begin() + static_cast<std::ptrdiff_t>(chance.below(routes.size())));
  } else {
    std::ranges::reverse(routes);
  }
  return routes;
}

void draw_further(Scenario& scenario, Chance& chance) {
  const std::vector<Subject> origins = scenario.subjects;
  for (const Subject& origin : origins) {
    if (!origin.valid || !origin.storable) continue;
    for (const std::string& route : routes_of_further_ones(scenario)) {
      Subject further = make_further(origin, route);
      draw_plan(further, scenario, chance);
      scenario.subjects.push_back(std::move(further));
    }
  }
}

void draw_event(Scenario& scenario, unsigned number, Chance& chance, Time within) {
  Subject subject = make_subject("event-" + std::to_string(number), 0);
  subject.valid = !chance.happens(50);
  subject.storable = !chance.happens(50);
  draw_plan(subject, scenario, chance);
  // A few hundred seconds, and as many restarts.
  subject.ends_consumers = scenario.has_reported_faults && subject.valid && subject.storable && chance.happens(10);
  Message message = message_of(subject);
  // Another producer, which has made attempts of its own.
  if (chance.happens(50)) message.attempt = static_cast<unsigned>(chance.below(scenario.max_retries + 3));
  add_ingest(scenario, chance.between(0s, within), std::move(message));
  if (subject.valid && subject.storable) draw_duplicates(scenario, subject, chance, within);
  scenario.subjects.push_back(std::move(subject));
}

}  // namespace

bool Scenario::ends_consumers() const { return std::ranges::any_of(subjects, &Subject::ends_consumers); }

std::string subject_in(const std::string& body) {
  const auto begin = body.find(name_begin);
  if (begin == std::string::npos) return {};
  const auto end = body.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-/", begin + name_begin.size());
  return body.substr(begin, end - begin) + route_suffix(id_in(body));
}

std::string subject_of(const Event& event) { return event.recipient.user_id + route_suffix(event.id); }

std::string body_of(const Subject& subject) {
  if (!subject.valid) return "no event, but " + subject.name;
  return event_message_body(subject.event_id, "user_signup", "2026-01-31T12:00:00Z",
                            R"({"userId":")" + subject.name + R"(","email":"a@example.com","username":"somebody"})");
}

Message message_of(const Subject& subject) {
  Message message;
  message.event_id = subject.event_id;
  message.event_type = "user_signup";
  message.body = body_of(subject);
  return message;
}

Scenario small_scenario(unsigned events, unsigned failures, unsigned consumers) {
  Scenario scenario{.consumers = consumers};
  for (unsigned i = 0; i < events; ++i) {
    Subject subject = make_subject("event-" + std::to_string(i), 0);
    subject.failures = failures;
    add_ingest(scenario, Time{0}, message_of(subject));
    scenario.subjects.push_back(std::move(subject));
  }
  return scenario;
}

Scenario with_routes(Scenario scenario, unsigned routes) {
  scenario.routes = make_routes(routes);
  const std::vector<Subject> origins = scenario.subjects;
  for (const Subject& origin : origins) {
    for (unsigned i = 1; i < routes; ++i) {
      scenario.subjects.push_back(further_with_plan(origin, scenario.routes[i].name));
    }
  }
  return scenario;
}

Scenario with_other_routes(Scenario scenario, std::vector<Route> other_routes) {
  scenario.other_routes = std::move(other_routes);
  std::erase_if(scenario.subjects, [](const Subject& subject) { return !subject.origin.empty(); });
  const std::vector<Subject> origins = scenario.subjects;
  for (const Subject& origin : origins) {
    for (const std::string& route : routes_of_further_ones(scenario)) {
      scenario.subjects.push_back(further_with_plan(origin, route));
    }
  }
  return scenario;
}

std::vector<Route> make_routes(unsigned count) {
  std::vector<Route> routes;
  for (unsigned i = 0; i < count; ++i) {
    routes.push_back({.name = route_names.at(i), .event_types = {"*"}, .senders = {route_names.at(i)}});
  }
  return routes;
}

Message foreign_message_of(const Subject& subject, unsigned attempts, bool in_body) {
  Message message = message_of(subject);
  if (in_body) {
    message.body.insert(1, R"("retryCount":)" + std::to_string(attempts) + ",");
  } else {
    message.attempt = attempts;
  }
  return message;
}

Scenario draw_scenario(std::uint64_t seed, DrawnFaults drawn) {
  Chance chance{seed};
  Scenario scenario{.seed = seed, .has_reported_faults = drawn == DrawnFaults::reported_too};
  scenario.consumers = 1 + static_cast<unsigned>(chance.below(3));
  scenario.prefetch = 1 + static_cast<unsigned>(chance.below(20));
  scenario.send_concurrency = 1 + static_cast<unsigned>(chance.below(10));
  scenario.max_retries = static_cast<unsigned>(chance.below(5));
  scenario.longest_latency = scenario.shortest_latency * (1 + chance.below(200));
  const Time within = chance.between(1ms, 20s);
  const unsigned events = 1 + static_cast<unsigned>(chance.below(12));
  if (chance.happens(400)) scenario.routes = make_routes(1 + static_cast<unsigned>(chance.below(route_names.size())));
  if (scenario.has_reported_faults && !scenario.routes.empty() && chance.happens(300)) {
    scenario.other_routes = draw_other_routes(scenario.routes, chance);
  }
  if (chance.happens(200)) scenario.longest_retry_after = 20s;
  for (unsigned i = 0; i < events; ++i) draw_event(scenario, i, chance, within);
  draw_further(scenario, chance);
  if (chance.happens(950)) {
    scenario.calm_after = chance.between(1s, 300s);
    scenario.likelihoods = draw_likelihoods(chance);
    scenario.hazards = draw_hazards(chance);
    scenario.leaves_time_to_renew = false;
    if (!scenario.has_reported_faults) leave_out_reported(scenario);
  }
  return scenario;
}

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::crash:
      return "crash";
    case FaultKind::terminate:
      return "terminate";
    case FaultKind::freeze:
      return "freeze";
    case FaultKind::connection_loss:
      return "connection loss";
    case FaultKind::broker_outage:
      return "broker outage";
    case FaultKind::publishers_blocked:
      return "publishers blocked";
    case FaultKind::database_outage:
      return "database outage";
    case FaultKind::purge:
      return "purge";
    case FaultKind::replay:
      return "replay";
    case FaultKind::next_publish_vanishes:
      return "next publish vanishes";
    case FaultKind::next_confirm_lost:
      return "next confirm lost";
    case FaultKind::next_database_call_fails:
      return "next database call fails";
    case FaultKind::next_answer_lost:
      return "next answer of the database lost";
    case FaultKind::flapping_link:
      return "flapping link";
    case FaultKind::fail_over:
      return "failover";
    case FaultKind::next_claim_late:
      return "next claim late";
    case FaultKind::next_claim_unseen:
      return "next claim unseen";
    case FaultKind::reroute:
      return "other routes";
  }
  std::unreachable();
}

}  // namespace notifier::simulation
