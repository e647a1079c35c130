#include "cli/settings/likely_meant.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "unit/cli/config_file_under_test.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using notifier::testing::faults_of;

TEST_CASE("What is written is taken for a name that differs by its spelling alone, or by a slip or two") {
  const std::vector<std::string> names{"api-port", "api-host", "api-key", "api-keys", "sender", "url", "from"};
  for (const char* written : {"api-prt", "api_port", "API-PORT", "API_PORT", "ApiPort", "api-prot", "apiport", "api-porrt",
                              "NOTIFIER_API_PORT", "notifier-api-port"}) {
    CAPTURE(written);
    CHECK(likely_meant(written, names) == "api-port");
  }
  CHECK(likely_meant("senders", names) == "sender");
  CHECK(likely_meant("API_KEYS", names) == "api-keys");
  CHECK(likely_meant("form", names) == "from");
  CHECK(likely_meant("URL", names) == "url");
  for (const char* written : {"", "x", "ur", "uri", "version", "config", "host", "to", "api"}) {
    CAPTURE(written);
    CHECK(likely_meant(written, names).empty());
  }
  CHECK(likely_meant(std::string(100'000, 'a'), names).empty());
}

TEST_CASE("A variable of the environment that was meant for a setting is told, without its value") {
  const auto told = [](const std::string& entry) {
    const auto sentences = misspelt_variables({"PATH=/bin", entry});
    return sentences.empty() ? std::string{} : sentences.front();
  };
  CHECK(told("API_PROT=Xq7Zw9") == "the environment has API_PROT, which sets nothing: is API_PORT meant?");
  for (const auto& [entry, meant] :
       std::vector<std::pair<std::string, std::string>>{{"NOTIFIER_API_PORT=1", "API_PORT"},
                                                        {"api_port=1", "API_PORT"},
                                                        {"API-PORT=1", "API_PORT"},
                                                        {"DATADIR=d", "DATA_DIR"},
                                                        {"MYSQL_PASWORD=Xq7Zw9", "MYSQL_PASSWORD"},
                                                        {"API_KEY_FLIE=f", "API_KEY_FILE"},
                                                        {"SENDERS=mock", "SENDER"},
                                                        {"notifier_config=f", "NOTIFIER_CONFIG"}}) {
    CAPTURE(entry);
    CHECK_THAT(told(entry), ContainsSubstring("is " + meant + " meant?") && !ContainsSubstring("Xq7Zw9"));
  }
}

TEST_CASE("What may be another program's variable is not told, nor one beside the setting itself") {
  for (const char* entry : {"APP_PORT=1", "APP_KEY=k", "RENDER=true", "MYSQL_PWD=p", "API_URL=u", "API_PORT=1", "HOST=h",
                            "NOTIFIER_CONFIG=f", "NOTIFIER_FAILPOINT=x", "NOTIFIER_PORT=1", "API_PROT=", "API_PROT"}) {
    CAPTURE(entry);
    CHECK(misspelt_variables({entry}).empty());
  }
  CHECK(misspelt_variables({"API_PROT=1", "API_PORT=2"}).empty());
  // Of Kubernetes, for a service that is called notifier-api.
  CHECK(misspelt_variables({"NOTIFIER_API_PORT=tcp://10.0.0.1:3005", "NOTIFIER_API_SERVICE_HOST=10.0.0.1"}).empty());
}

TEST_CASE("A key that is misspelt is one fault, which says how to write it") {
  CHECK(faults_of("api_port = 1\n") == "FILE:1:1: there is no setting 'api_port': write api-port.");
  CHECK(faults_of("API-PORT = 1\n") == "FILE:1:1: there is no setting 'API-PORT': write api-port.");
  CHECK(faults_of("api-prt = 1\n") == "FILE:1:1: there is no setting 'api-prt': write api-port.");
  const std::string mock_sender = "[senders.s]\ntype = \"mock\"\n";
  const std::string route = "[routes.r]\nevents = \"*\"\nsenders = \"s\"\n";
  CHECK(faults_of(mock_sender + "[routes.r]\nevents = \"*\"\nsender = \"s\"\n") ==
        "FILE:5:1: [routes.r] has an unknown key 'sender': write senders.");
  CHECK(faults_of("[senders.s]\ntyp = \"mock\"\n" + route) == "FILE:2:1: [senders.s] has an unknown key 'typ': write type.");
  CHECK(faults_of(mock_sender + "max_retries = 4\n" + route) ==
        "FILE:3:1: [senders.s] has an unknown key 'max_retries': write max-retries.");
  // One that is there already is not meant.
  CHECK_THAT(faults_of(mock_sender + route + "sender = \"s\"\n"),
             ContainsSubstring("FILE:6:1: [routes.r] has an unknown key 'sender': it may have "));
}

TEST_CASE("A key that is empty is one fault, where it stands") {
  const std::string mock_sender = "[senders.s]\ntype = \"mock\"\n";
  const std::string needs_senders =
      "[routes.r] needs senders: the names of one or more senders, in the order in which they are tried.";
  CHECK(faults_of(mock_sender + "[routes.r]\nevents = \"*\"\nsenders = \"\"\n") == "FILE:5:11: " + needs_senders);
  CHECK(faults_of(mock_sender + "[routes.r]\nevents = \"*\"\nsenders = []\n") == "FILE:5:1: " + needs_senders);
  CHECK(faults_of(mock_sender + "[routes.r]\nevents = \"*\"\n") == "FILE:3:9: " + needs_senders);
  CHECK(faults_of("[senders.s]\ntype = \"\"\n[routes.r]\nevents = \"*\"\nsenders = \"s\"\n") ==
        "FILE:2:8: [senders.s] needs type: one of smtp, webhook, mock.");
  CHECK_THAT(faults_of(mock_sender + "[routes.r]\nevents = \"\"\nsenders = \"s\"\n"),
             ContainsSubstring("FILE:4:10: [routes.r] needs events: ") && !ContainsSubstring("no pattern"));
  CHECK(faults_of("sender = \"\"\n") == "FILE:1:10: SENDER (sender): '' is not known: choose one of mock.");
}
