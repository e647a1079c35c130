#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "cli/new_secrets.hpp"
#include "cli/option_values.hpp"
#include "cli/subcommands.hpp"

namespace notifier {
namespace {

/// What the secret is for.
enum class SecretUse : std::uint8_t { webhook, api_key };

constexpr const char* secret_examples =
    R"(  (umask 077; notifier secret > orders.secret)    for `secrets-file`
  (umask 077; notifier secret api-key > api-key)  for API_KEY_FILE
  export API_KEYS=shop:ingest:$(notifier secret api-key)
)";

}  // namespace

const Subcommand secret_subcommand{
    .name = "secret",
    .description = "Print a new secret for signing webhooks, or a new API key",
    .examples = secret_examples,
    .prepare = [](CLI::App& parser) -> Subcommand::Run {
      const auto use = std::make_shared<SecretUse>(SecretUse::webhook);
      const auto take = [use](const std::string& name) {
        *use = name == "api-key" ? SecretUse::api_key : SecretUse::webhook;
      };
      parser
          .add_option_function<std::string>("use", take,
                                            "webhook: signs webhooks; api-key: a key for API_KEY or API_KEYS [webhook]")
          ->transform(one_of({"webhook", "api-key"}))
          ->type_name("");
      return [use](const Settings&) -> CommandResult {
        std::cout << (*use == SecretUse::api_key ? new_api_key() : new_webhook_secret()) << "\n" << std::flush;
        return {};
      };
    },
};

}  // namespace notifier
