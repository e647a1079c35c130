#include "third_party/postfix_server.hpp"

#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "support/mail_server.hpp"
#include "support/wait_until.hpp"
#include "third_party/installed_program.hpp"

namespace notifier::testing {
namespace {

const std::string mailbox_owner = "nobody";
const std::string mail_folder = "mail";

const passwd& user_named(const std::string& name) {
  const passwd* const user = ::getpwnam(name.c_str());
  if (user == nullptr) throw std::runtime_error{"there is no user " + name};
  return *user;
}

void make_folder_of(const std::string& user, const std::string& path) {
  std::filesystem::create_directory(path);
  const passwd& owner = user_named(user);
  if (::chown(path.c_str(), owner.pw_uid, owner.pw_gid) != 0) throw std::runtime_error{"cannot give away " + path};
}

/// None of the programs runs in a jail, so they need no copies of the system's files.
std::string services(std::uint16_t port) {
  std::string text = "127.0.0.1:" + std::to_string(port) + " inet n - n - - smtpd\n";
  text += "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n";
  text += "rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n";
  text += "trace unix - - n - 0 bounce\nproxymap unix - - n - - proxymap\nerror unix - - n - - error\n";
  text += "retry unix - - n - - error\nvirtual unix - n n - - virtual\nanvil unix - - n - 1 anvil\n";
  return text + "postlog unix-dgram n - n - 1 postlogd\n";
}

void run_postfix(const std::string& folder, const std::string& command) {
  NotifierProcess postfix{{"-c", folder + "/etc", command}, {}, "/usr/sbin/postfix"};
  static_cast<void>(postfix.wait_for_exit());
}

}  // namespace

PostfixServer::PostfixServer(const PostfixParameters& changes) {
  const std::string program = installed_program("postfix");
  need_root();
  std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
  write_configuration(changes);
  process_.emplace(std::vector<std::string>{"-c", folder_.path() + "/etc", "start-fg"}, Environment{}, program);
  if (wait_until([&] { return log().contains("daemon started"); }, std::chrono::minutes{1})) return;
  run_postfix(folder_.path(), "stop");
  throw std::runtime_error{"no Postfix:\n" + log()};
}

PostfixServer::~PostfixServer() {
  run_postfix(folder_.path(), "stop");
  static_cast<void>(process_->wait_for_exit());
}

void PostfixServer::write_configuration(const PostfixParameters& changes) const {
  const std::string& folder = folder_.path();
  for (const char* name : {"/etc", "/queue"}) std::filesystem::create_directory(folder + name);
  make_folder_of("postfix", folder + "/data");
  make_folder_of(mailbox_owner, folder + "/" + mail_folder);
  const passwd& owner = user_named(mailbox_owner);
  PostfixParameters parameters{{"compatibility_level", "3.6"},
                               {"queue_directory", folder + "/queue"},
                               {"data_directory", folder + "/data"},
                               {"command_directory", "/usr/sbin"},
                               {"daemon_directory", "/usr/lib/postfix/sbin"},
                               {"meta_directory", "/etc/postfix"},
                               {"inet_interfaces", "127.0.0.1"},
                               {"inet_protocols", "ipv4"},
                               {"maillog_file", "/dev/stdout"},
                               {"myhostname", "mx.example.com"},
                               {"mydestination", ""},
                               {"notify_classes", ""},
                               {"mynetworks", ""},
                               {"alias_maps", ""},
                               {"local_recipient_maps", ""},
                               {"virtual_mailbox_domains", "example.com"},
                               {"virtual_mailbox_base", folder},
                               {"virtual_mailbox_maps", "static:" + mail_folder + "/"},
                               {"virtual_uid_maps", "static:" + std::to_string(owner.pw_uid)},
                               {"virtual_gid_maps", "static:" + std::to_string(owner.pw_gid)},
                               {"smtpd_recipient_restrictions", "reject_unauth_destination"}};
  for (const auto& [name, value] : changes) parameters[name] = value;
  std::string text;
  for (const auto& [name, value] : parameters) text.append(name).append(" = ").append(value).append("\n");
  write_file(folder + "/etc/main.cf", text);
  write_file(folder + "/etc/master.cf", services(port_));
}

std::vector<std::string> PostfixServer::files() const {
  std::vector<std::string> files;
  const std::string delivered = folder_.path() + "/" + mail_folder + "/new";
  if (!std::filesystem::exists(delivered)) return files;
  for (const auto& entry : std::filesystem::directory_iterator{delivered}) files.push_back(entry.path());
  return files;
}

std::size_t PostfixServer::mail_count() const { return files().size(); }

std::vector<boost::json::object> PostfixServer::mails() const {
  std::vector<boost::json::object> mails;
  for (const std::string& file : files()) mails.push_back(read_mail(text_of(file)));
  return mails;
}

Postgrey::Postgrey() {
  const std::string program = installed_program("postgrey");
  need_root();
  std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
  const std::string database = folder_.path() + "/database";
  make_folder_of(mailbox_owner, database);
  process_.emplace(std::vector<std::string>{"--inet=127.0.0.1:" + std::to_string(port_), "--dbdir=" + database, "--delay=2",
                                            "--user=" + mailbox_owner, "--group=nogroup"},
                   Environment{}, program);
  if (!wait_until([&] { return process_->output().contains("Binding to TCP port"); })) {
    throw std::runtime_error{"no postgrey:\n" + process_->output()};
  }
}

std::string Postgrey::restriction() const { return "check_policy_service inet:127.0.0.1:" + std::to_string(port_); }

}  // namespace notifier::testing
