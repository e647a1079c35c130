#pragma once

#include "bench/measurement.hpp"

namespace notifier::bench {

// One round of each part. All need the servers of `./dev stack`.

/// HTTP to confirm: `api` under wrk at 64 connections, and rabbitmq-c alone.
[[nodiscard]] Measurements measure_ingest();

/// Queue to SENT: `consume` on a backlog, and MySQL alone.
[[nodiscard]] Measurements measure_drain();

/// Queue to SENT with signed webhooks to an nginx, over 64 connections.
[[nodiscard]] Measurements measure_webhooks();

/// Queue to SENT with mails to an smtp-sink, over 16 connections.
[[nodiscard]] Measurements measure_mail();

/// From the 202 to SENT at 500 events a second.
[[nodiscard]] Measurements measure_latency();

/// `all` without servers: its start, and ingest at 64 connections.
[[nodiscard]] Measurements measure_embedded();

/// Ingest while a backlog of a million drains.
[[nodiscard]] Measurements measure_backlog();

// The figures of these are curves: their names end in "by <x>".

/// Ingest by the number of clients, 1 to 1,024.
[[nodiscard]] Measurements measure_clients();

/// Drain by `SEND_CONCURRENCY`, which bounds how many rows a statement has.
[[nodiscard]] Measurements measure_concurrency();

/// Webhooks by the connections of their sender, 16 to 1,000: how many are sent, how long each takes, and the memory.
[[nodiscard]] Measurements measure_sends_in_flight();

/// Drain by the rows that the table has already, up to ten million.
[[nodiscard]] Measurements measure_growth();

}  // namespace notifier::bench
