#pragma once

#include "http/route_table.hpp"

namespace notifier::http {

// The contract of each is in route_table.hpp, its answers in the table of the README.
void ingest_event(const Request& request, const HandlerContext& context, Respond respond);
void show_notification(const Request& request, const HandlerContext& context, Respond respond);
void show_health(const Request& request, const HandlerContext& context, Respond respond);
void show_readiness(const Request& request, const HandlerContext& context, Respond respond);

}  // namespace notifier::http
