#include "tests/support/postgres_server.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "base/check.h"
#include "tests/support/free_port.h"

namespace spinneret::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kVersions[] = "/usr/lib/postgresql";
constexpr int kStartTries = 5;

// The folder of the newest version's programs; empty where there is none.
fs::path Programs() {
  std::error_code none;
  fs::path newest;
  int best = 0;
  for (const auto& entry : fs::directory_iterator(kVersions, none)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > best && fs::exists(entry.path() / "bin" / "initdb")) {
      best = version;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

const passwd* ServerUser() {
  const passwd* const user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

}  // namespace

bool PostgresServer::Installed() {
  return !Programs().empty();
}

std::vector<std::string> PostgresServer::AsServerUser(std::vector<std::string> argv) const {
  if (geteuid() == 0) {
    const passwd* const user = ServerUser();
    argv.insert(argv.begin(), {"setpriv", "--reuid=" + std::to_string(user->pw_uid),
                               "--regid=" + std::to_string(user->pw_gid), "--clear-groups", "--"});
  }
  return argv;
}

PostgresServer::PostgresServer() : data_(folder_ / "data") {
  fs::create_directory(data_);
  if (geteuid() == 0) {
    const passwd* const user = ServerUser();
    SPINNERET_CHECK(user != nullptr, "root needs a user to run PostgreSQL as");
    fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_exec);
    SPINNERET_CHECK(::chown(data_.c_str(), user->pw_uid, user->pw_gid) == 0, "the server's folder is the server's");
  }
  fs::permissions(data_, fs::perms::owner_all);
  ProcessOptions options;
  options.folder = "/";
  const ProcessResult made = Run(AsServerUser({Programs() / "initdb", "-D", data_, "-U", "postgres", "-A", "trust",
                                               "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"}),
                                 options);
  SPINNERET_CHECK(made.exit_code == 0, made.err.c_str());
  Start();
}

PostgresServer::~PostgresServer() {
  Stop(SIGQUIT);
}

void PostgresServer::Start() {
  for (int i = 0; i < kStartTries; ++i) {
    if (port_ == 0 || i > 0) {
      port_ = FreeLoopbackPort();
    }
    ProcessOptions options;
    options.folder = "/";
    process_ =
        std::make_unique<Process>(AsServerUser({Programs() / "postgres", "-D", data_, "-p", std::to_string(port_), "-c",
                                                "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c",
                                                "fsync=off", "-c", "max_connections=50"}),
                                  options);
    const bool up = process_->WaitUntil([this] {
      return Run({Programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", std::to_string(port_)}).exit_code == 0;
    });
    if (up) {
      return;
    }
  }
  SPINNERET_CHECK(false, "PostgreSQL does not start");
}

void PostgresServer::Stop(int signal) {
  if (process_ != nullptr) {
    process_->Signal(signal);
    (void)process_->Wait();
    process_.reset();
  }
}

void PostgresServer::Execute(const std::string& url, const std::string& sql) {
  const ProcessResult done = Run({Programs() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql});
  SPINNERET_CHECK(done.exit_code == 0, done.err.c_str());
}

std::string PostgresServer::NewDatabase() {
  const std::string name = "crawl" + std::to_string(++databases_);
  const ProcessResult made =
      Run({Programs() / "createdb", "-h", "127.0.0.1", "-p", std::to_string(port_), "-U", "postgres", name});
  SPINNERET_CHECK(made.exit_code == 0, made.err.c_str());
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + name;
}

}  // namespace spinneret::testing
