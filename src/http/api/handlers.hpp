#pragma once

#include "http/api/route_table.hpp"

namespace notifier::http {

// The contract of each is in route_table.hpp, its answers in openapi.json.
void ingest_event(const Request& request, const HandlerContext& context, Respond respond);
void ingest_batch(const Request& request, const HandlerContext& context, Respond respond);
void list_notifications(const Request& request, const HandlerContext& context, Respond respond);
void count_notifications(const Request& request, const HandlerContext& context, Respond respond);
void show_notification(const Request& request, const HandlerContext& context, Respond respond);
void list_dead_letters(const Request& request, const HandlerContext& context, Respond respond);
void export_dead_letters(const Request& request, const HandlerContext& context, Respond respond);
void group_dead_letters(const Request& request, const HandlerContext& context, Respond respond);
void show_dead_letter(const Request& request, const HandlerContext& context, Respond respond);
void replay_dead_letters(const Request& request, const HandlerContext& context, Respond respond);
void replay_dead_letter(const Request& request, const HandlerContext& context, Respond respond);
void edit_dead_letter(const Request& request, const HandlerContext& context, Respond respond);
void discard_dead_letters(const Request& request, const HandlerContext& context, Respond respond);
void discard_dead_letter(const Request& request, const HandlerContext& context, Respond respond);
void show_replay(const Request& request, const HandlerContext& context, Respond respond);
void list_replay_items(const Request& request, const HandlerContext& context, Respond respond);
void cancel_replay(const Request& request, const HandlerContext& context, Respond respond);
void show_health(const Request& request, const HandlerContext& context, Respond respond);
void show_readiness(const Request& request, const HandlerContext& context, Respond respond);
void show_openapi(const Request& request, const HandlerContext& context, Respond respond);

}  // namespace notifier::http
