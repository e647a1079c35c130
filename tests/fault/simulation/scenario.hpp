#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fault/simulation/scheduler.hpp"
#include "notifier/broker.hpp"
#include "notifier/event.hpp"
#include "notifier/routes.hpp"

namespace notifier::simulation {

/// One version of an event: its id with a certain payload, or a body that is no event; or the notification of it on a
/// further route. Its name can be told from every body of it, so whatever a queue, a row or a send holds can be put down to
/// it.
struct Subject {
  std::string name;  ///< `subject:<event id>/<version>`, on a further route `subject:<event id>/<version>@<route>`
  std::string event_id;
  bool valid = true;                         ///< false: the body is no event
  bool storable = true;                      ///< false: the database does not take its values
  unsigned failures = 0;                     ///< attempts that fail, by their number, before one succeeds
  bool for_good = false;                     ///< the first attempt that does not succeed fails for good
  std::string origin;                        ///< on a further route: the name of the event's own subject
  std::chrono::milliseconds retry_after{0};  ///< what its provider asks for with each failure for now
  Time spared_until{0};                      ///< no attempt is made before
  bool ends_consumers = false;               ///< each attempt ends its consumer
};

/// The name of a body's subject, empty if there is none.
[[nodiscard]] std::string subject_in(const std::string& body);
[[nodiscard]] std::string subject_of(const Event& event);

/// What a client has got accepted.
struct Ingest {
  Time at{0};
  Message message;
};

enum class FaultKind : std::uint8_t {
  crash,                     ///< the consumer is gone at once; another starts in its place
  terminate,                 ///< the consumer is asked to stop, ends when it has drained; another starts in its place
  freeze,                    ///< the consumer does not run for `duration`, and goes on
  connection_loss,           ///< between the consumer and the broker; each side notices in its own time
  broker_outage,             ///< for `duration`
  publishers_blocked,        ///< for `duration`
  database_outage,           ///< for `duration`
  purge,                     ///< the main and delay queues lose what the database has unfinished rows of, replays excepted
  replay,                    ///< somebody moves a dead letter back to the main queue
  next_publish_vanishes,     ///< the consumer's next publish is neither taken nor answered
  next_confirm_lost,         ///< the consumer's next publish is taken and not answered
  next_database_call_fails,  ///< before it changed anything
  next_answer_lost,          ///< the consumer's next call of the database is committed and answered as unavailable
  flapping_link,             ///< for `duration`, the consumer loses its connection to the broker again and again
  fail_over,                 ///< to a database that lacks what was committed during the last `duration`
  next_claim_late,           ///< the consumer's next claim arrives late, after its own repetition if there is one
  next_claim_unseen,         ///< what is read after the consumer's next claim lacks the rows that there were
  reroute,                   ///< the other routes hold for consumers from their start on; the consumer is asked to stop
};

struct Fault {
  FaultKind kind = FaultKind::crash;
  unsigned consumer = 0;  ///< its place among `Scenario::consumers`
  Time duration{0};
};

/// How likely each call goes wrong by itself, out of 1000.
struct Likelihoods {
  unsigned publish_unavailable = 0;
  unsigned publish_refused = 0;
  unsigned publish_vanishes = 0;
  unsigned confirm_lost = 0;
  unsigned publish_late = 0;  ///< taken long after it was given up as unconfirmed
  unsigned delivered_twice = 0;
  unsigned database_call_fails = 0;
  unsigned database_answer_lost = 0;
  unsigned database_slow = 0;
  unsigned claim_late = 0;
  unsigned claim_unseen = 0;
  unsigned send_slow = 0;
  unsigned send_answer_lost = 0;  ///< the provider has sent, its answer does not come in time
};

/// Faults drawn at every step, each once in so many; 0: never.
struct Hazard {
  FaultKind kind = FaultKind::crash;
  unsigned once_in = 0;
  Time shortest{0};
  Time longest{0};
};

/// All that decides a run.
struct Scenario {
  std::uint64_t seed = 1;
  bool has_reported_faults = true;  ///< when it is drawn, see `DrawnFaults`
  unsigned consumers = 1;
  unsigned prefetch = 50;
  unsigned send_concurrency = 20;
  unsigned max_retries = 3;
  std::vector<std::chrono::milliseconds> delays{std::chrono::seconds{1}, std::chrono::seconds{5}, std::chrono::seconds{30}};
  std::chrono::milliseconds longest_retry_after{std::chrono::hours{1}};
  std::vector<Route> routes;
  std::vector<Route> other_routes;  ///< of which `FaultKind::reroute` changes to, and back
  std::chrono::milliseconds send_deadline{std::chrono::seconds{10}};
  std::chrono::milliseconds claim_duration{std::chrono::seconds{25}};

  Time shortest_latency{std::chrono::microseconds{500}};  ///< of the network and of the database
  Time longest_latency{std::chrono::microseconds{500}};

  std::vector<Subject> subjects;
  std::vector<Ingest> ingests;
  std::multimap<std::uint64_t, Fault> faults;  ///< by the step before which they come, from 1
  std::vector<Hazard> hazards;
  Likelihoods likelihoods;
  bool leaves_time_to_renew = true;  ///< nothing keeps consumers from publishing anew what the broker would give up
  Time calm_after{0};                ///< no hazards and no unlikely calls from then on

  /// Whether anything but the planned failures of sends can go wrong.
  [[nodiscard]] bool has_faults() const {
    return !faults.empty() || !hazards.empty() || calm_after > Time{0} || ends_consumers();
  }
  [[nodiscard]] bool ends_consumers() const;
};

/// The body of a subject's event.
[[nodiscard]] std::string body_of(const Subject& subject);

/// The message that a client gets accepted for a subject.
[[nodiscard]] Message message_of(const Subject& subject);

/// `events` events whose first `failures` attempts fail, and no fault.
[[nodiscard]] Scenario small_scenario(unsigned events, unsigned failures, unsigned consumers);

/// The same with so many routes for each event; the notifications of the further ones have the plan of the event's own.
[[nodiscard]] Scenario with_routes(Scenario scenario, unsigned routes);

/// The same with other routes to change to, and notifications on any of both.
[[nodiscard]] Scenario with_other_routes(Scenario scenario, std::vector<Route> other_routes);

/// The routes of so many names, each of which takes everything.
[[nodiscard]] std::vector<Route> make_routes(unsigned count);

/// Somebody else's message of the event, with a count of attempts of his own.
[[nodiscard]] Message foreign_message_of(const Subject& subject, unsigned attempts, bool in_body);

enum class DrawnFaults : std::uint8_t {
  common,        ///< of processes, links, servers and calls, one way or another
  reported_too,  ///< those that were reported of others' systems too: links that flap, failovers that lose commits, late
                 ///< and unseen claims, foreign counts, routes that change, events that end their consumers
};

/// A scenario with everything in it that the seed brings about.
[[nodiscard]] Scenario draw_scenario(std::uint64_t seed, DrawnFaults drawn = DrawnFaults::common);

[[nodiscard]] std::string_view to_string(FaultKind kind);

}  // namespace notifier::simulation
