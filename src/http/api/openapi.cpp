#include "http/api/handlers.hpp"
#include "http/api/openapi_document.hpp"

namespace notifier::http {

void show_openapi(const Request& /*request*/, const HandlerContext& /*context*/, Respond respond) {
  respond({.status = 200, .body = std::string{openapi_document}});
}

}  // namespace notifier::http
