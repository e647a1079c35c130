#include "unit/http/api_document.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <sstream>
#include <stdexcept>

namespace notifier::testing {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string{value.as_string()} : json::serialize(value);
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "boolean") return value.is_bool();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "null") return value.is_null();
  throw std::runtime_error{"the document has a type that is not known here: " + std::string{type}};
}

bool is_of_types(const json::value& value, const json::value& types) {
  if (types.is_string()) return is_of_type(value, std::string_view{types.as_string()});
  return std::ranges::any_of(types.as_array(),
                             [&](const json::value& type) { return is_of_type(value, std::string_view{type.as_string()}); });
}

std::string answer_name(const Operation& operation, unsigned status) {
  return operation.name() + " " + std::to_string(status);
}

}  // namespace

std::vector<unsigned> Operation::statuses() const {
  std::vector<unsigned> statuses;
  for (const auto& response : description->at("responses").as_object()) {
    statuses.push_back(static_cast<unsigned>(std::stoul(std::string{response.key()})));
  }
  return statuses;
}

std::string Operation::role() const {
  const json::array& security = description->at("security").as_array();
  return security.empty() ? "" : text_of(security.at(0).at("ApiKey").at(0));
}

ApiDocument::ApiDocument(std::string_view text) : document_{json::parse({text.data(), text.size()})} {}

std::vector<Operation> ApiDocument::operations() const {
  std::vector<Operation> operations;
  for (const auto& path : document_.at("paths").as_object()) {
    for (const auto& described : path.value().as_object()) {
      std::string method{described.key()};
      std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::toupper(c); });
      operations.push_back({.method = method, .path = path.key(), .description = &described.value().as_object()});
    }
  }
  return operations;
}

std::string ApiDocument::example_target(const Operation& operation, bool with_query) const {
  std::string target = operation.path;
  std::string query;
  if (!operation.description->contains("parameters")) return target;
  for (const json::value& described : operation.description->at("parameters").as_array()) {
    const json::object& parameter = resolve(described.as_object());
    const std::string name = text_of(parameter.at("name"));
    if (parameter.at("in") == "path") target.replace(target.find('{'), name.size() + 2, text_of(parameter.at("example")));
    if (parameter.at("in") == "query") query += (query.empty() ? "?" : "&") + name + "=" + text_of(parameter.at("example"));
  }
  return with_query ? target + query : target;
}

std::string ApiDocument::example_body_type(const Operation& operation) const {
  return operation.description->at("requestBody").at("content").as_object().begin()->key();
}

std::string ApiDocument::example_body(const Operation& operation) const {
  return text_of(operation.description->at("requestBody").at("content").as_object().begin()->value().at("example"));
}

std::string ApiDocument::fault_of(const Operation& operation, unsigned status, const std::string& media_type,
                                  const std::string& body) {
  const json::value* const described =
      operation.description->at("responses").as_object().if_contains(std::to_string(status));
  if (described == nullptr) return "the status is not described";
  shown_.insert(answer_name(operation, status));
  const json::value* const content = resolve(described->as_object()).at("content").as_object().if_contains(media_type);
  if (content == nullptr) return "the media type is not described: " + media_type;
  const Place place = follow(content->at("schema").as_object(), answer_name(operation, status));
  if (media_type == "application/json") return check(json::parse(body), place);
  std::istringstream lines{body};
  for (std::string line; std::getline(lines, line);) {
    if (const std::string fault = check(json::parse(line), place); !fault.empty()) return fault;
  }
  return {};
}

const json::object& ApiDocument::resolve(const json::object& described) const {
  const json::value* const reference = described.if_contains("$ref");
  if (reference == nullptr) return described;
  return document_.at_pointer(std::string_view{reference->as_string()}.substr(1)).as_object();
}

ApiDocument::Place ApiDocument::follow(const json::object& schema, const std::string& pointer) const {
  const json::value* const reference = schema.if_contains("$ref");
  if (reference == nullptr) return {.schema = &schema, .pointer = pointer};
  return {.schema = &resolve(schema), .pointer = text_of(*reference)};
}

std::string ApiDocument::check(const json::value& value, const Place& place) {
  if (const json::value* const either = place.schema->if_contains("anyOf")) {
    std::string faults;
    for (const json::value& schema : either->as_array()) {
      const std::string fault = check(value, follow(schema.as_object(), place.pointer));
      if (fault.empty()) return {};
      faults += fault + "; ";
    }
    return faults;
  }
  const std::string shown = place.pointer + ": " + json::serialize(value);
  if (!is_of_types(value, place.schema->at("type"))) return "it has another type, " + shown;
  if (const json::value* const allowed = place.schema->if_contains("enum")) {
    if (std::ranges::find(allowed->as_array(), value) == allowed->as_array().end()) return "it is another value, " + shown;
  }
  if (value.is_object()) return check_object(value.as_object(), place);
  if (!value.is_array()) return {};
  const Place item = follow(place.schema->at("items").as_object(), place.pointer + "/items");
  for (const json::value& element : value.as_array()) {
    if (const std::string fault = check(element, item); !fault.empty()) return fault;
  }
  return {};
}

std::string ApiDocument::check_object(const json::object& object, const Place& place) {
  const json::value* const properties = place.schema->if_contains("properties");
  if (properties == nullptr) return {};
  for (const json::value& required : place.schema->at("required").as_array()) {
    if (!object.contains(required.as_string())) return "it lacks " + text_of(required) + ", " + place.pointer;
  }
  for (const auto& member : object) {
    const json::value* const property = properties->as_object().if_contains(member.key());
    const std::string pointer = place.pointer + "/properties/" + std::string{member.key()};
    if (property == nullptr) {
      if (place.schema->contains("additionalProperties")) return "it has more than is described, " + pointer;
      continue;
    }
    shown_.insert(pointer);
    if (const std::string fault = check(member.value(), follow(property->as_object(), pointer)); !fault.empty())
      return fault;
  }
  return {};
}

std::vector<std::string> ApiDocument::not_shown() const {
  std::set<std::string> described;
  for (const Operation& operation : operations()) {
    for (const unsigned status : operation.statuses()) {
      const std::string name = answer_name(operation, status);
      described.insert(name);
      const json::object& response = resolve(operation.description->at("responses").at(std::to_string(status)).as_object());
      for (const auto& content : response.at("content").as_object()) {
        collect_members(follow(content.value().at("schema").as_object(), name), described);
      }
    }
  }
  std::vector<std::string> missing;
  std::ranges::set_difference(described, shown_, std::back_inserter(missing));
  return missing;
}

void ApiDocument::collect_members(const Place& place, std::set<std::string>& members) const {
  if (const json::value* const either = place.schema->if_contains("anyOf")) {
    for (const json::value& schema : either->as_array()) {
      collect_members(follow(schema.as_object(), place.pointer), members);
    }
  }
  if (const json::value* const items = place.schema->if_contains("items")) {
    collect_members(follow(items->as_object(), place.pointer + "/items"), members);
  }
  if (const json::value* const properties = place.schema->if_contains("properties")) {
    for (const auto& property : properties->as_object()) {
      const std::string pointer = place.pointer + "/properties/" + std::string{property.key()};
      members.insert(pointer);
      collect_members(follow(property.value().as_object(), pointer), members);
    }
  }
}

}  // namespace notifier::testing
