#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace notifier::testing {

/// What an OpenAPI document says of one method of one path.
struct Operation {
  std::string method;
  std::string path;
  const boost::json::object* description = nullptr;

  [[nodiscard]] std::string name() const { return method + " " + path; }
  /// Of the answers that it describes.
  [[nodiscard]] std::vector<unsigned> statuses() const;
  /// That a key must have; empty: no key is needed.
  [[nodiscard]] std::string role() const;
  [[nodiscard]] bool takes_body() const { return description->contains("requestBody"); }
};

/// An OpenAPI document, and what answers have shown of it so far.
class ApiDocument {
 public:
  explicit ApiDocument(std::string_view text);

  [[nodiscard]] std::vector<Operation> operations() const;

  /// The operation's path with the examples of its parameters, those of the query too if wanted.
  [[nodiscard]] std::string example_target(const Operation& operation, bool with_query = false) const;
  /// The example of the first media type of the body, and that type.
  [[nodiscard]] std::string example_body(const Operation& operation) const;
  [[nodiscard]] std::string example_body_type(const Operation& operation) const;

  /// What is wrong with an answer, told as a sentence; empty: it is as the document says.
  [[nodiscard]] std::string fault_of(const Operation& operation, unsigned status, const std::string& media_type,
                                     const std::string& body);

  /// Answers and members of answers that are described and were not among those that `fault_of` was asked about.
  [[nodiscard]] std::vector<std::string> not_shown() const;

 private:
  /// A schema, and the place in the document by which it is known.
  struct Place {
    const boost::json::object* schema = nullptr;
    std::string pointer;
  };

  [[nodiscard]] const boost::json::object& resolve(const boost::json::object& described) const;
  [[nodiscard]] Place follow(const boost::json::object& schema, const std::string& pointer) const;
  [[nodiscard]] std::string check(const boost::json::value& value, const Place& place);
  [[nodiscard]] std::string check_object(const boost::json::object& object, const Place& place);
  void collect_members(const Place& place, std::set<std::string>& members) const;

  boost::json::value document_;
  std::set<std::string> shown_;
};

}  // namespace notifier::testing
