#include "tests/integration/nginx_server.h"

#include <filesystem>
#include <sstream>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/free_port.h"

namespace spinneret::testing {
namespace {

constexpr char kNginx[] = "/usr/sbin/nginx";  // not in the PATH of ordinary users
constexpr int kStartTries = 5;

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool Accepts(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

void OpenSsl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const ProcessResult result = Run(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
}

}  // namespace

TestCa::TestCa() {
  OpenSsl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
           "/CN=Test CA", "-keyout", folder_ / "ca.key", "-out", file()});
}

std::string TestCa::Issue(const std::string& name, const std::string& password) const {
  const std::string certificate = folder_ / (name + ".pem");
  const std::string request = folder_ / (name + ".csr");
  const std::string extensions = folder_ / (name + ".ext");
  WriteFile(extensions, "subjectAltName=DNS:" + name + "\n");
  std::vector<std::string> make = {
      "req",   "-new",        "-newkey", "ec",        "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-subj", "/CN=" + name, "-keyout", KeyOf(name), "-out",     request};
  if (password.empty()) {
    make.emplace_back("-nodes");
  } else {
    make.insert(make.end(), {"-passout", "pass:" + password});
  }
  OpenSsl(std::move(make));
  OpenSsl({"x509", "-req", "-in", request, "-CA", file(), "-CAkey", folder_ / "ca.key", "-CAcreateserial", "-days", "2",
           "-extfile", extensions, "-out", certificate});
  return certificate;
}

std::uint16_t ClosedLoopbackPort() {
  return FreeLoopbackPort();
}

bool NginxServer::Installed() {
  return ::access(kNginx, X_OK) == 0;
}

NginxServer::NginxServer(const TestCa& ca, const std::string& locations, const std::string& server_settings) {
  const std::string certificate = ca.Issue("shop.test");
  for (int attempt = 0; attempt < kStartTries; ++attempt) {
    port_ = FreeLoopbackPort();
    std::ostringstream config;
    config << "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log error.log;\nevents { worker_connections "
              "256; }\n"
           << "http {\n"
           << "  log_format requests '$connection $server_protocol $request_method $request_uri $status "
              "$ssl_client_s_dn';\n"
           << "  access_log access.log requests;\n  default_type text/html;\n"
           << "  client_body_temp_path body;\n  proxy_temp_path proxy;\n  fastcgi_temp_path fastcgi;\n"
           << "  uwsgi_temp_path uwsgi;\n  scgi_temp_path scgi;\n"
           << "  server {\n    listen 127.0.0.1:" << port_ << " ssl http2;\n    server_name shop.test;\n"
           << "    ssl_certificate " << certificate << ";\n    ssl_certificate_key " << ca.KeyOf("shop.test") << ";\n"
           << server_settings << "\n"
           << locations << "\n  }\n}\n";
    if (Start(config.str())) {
      return;
    }
  }
  FAIL("nginx does not start: " << ReadFile(folder_ / "error.log"));
}

bool NginxServer::Start(const std::string& config) {
  WriteFile(folder_ / "nginx.conf", config);
  const std::string prefix = folder_ / "";
  process_ = std::make_unique<Process>(
      std::vector<std::string>{kNginx, "-p", prefix, "-c", folder_ / "nginx.conf", "-e", folder_ / "error.log"});
  return process_->WaitUntil([this] { return Accepts(port_); });
}

std::string NginxServer::Url(const std::string& path) const {
  return "https://shop.test:" + std::to_string(port_) + path;
}

std::string NginxServer::Resolve() const {
  return "shop.test:" + std::to_string(port_) + ":127.0.0.1";
}

std::vector<std::string> NginxServer::Log() const {
  std::istringstream lines(ReadFile(folder_ / "access.log"));
  std::vector<std::string> log;
  for (std::string line; std::getline(lines, line);) {
    log.push_back(line);
  }
  return log;
}

}  // namespace spinneret::testing
