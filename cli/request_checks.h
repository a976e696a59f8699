// Checks of single values of the request and scope options: what is wrong with the text and what would be right, or "".
#pragma once

#include <string>

namespace spinneret::cli {

std::string CheckPattern(const std::string& text);    // --include, --exclude: RE2, with its error and the place
std::string CheckHeader(const std::string& text);     // -H: "Name: value"
std::string CheckUserAgent(const std::string& text);  // -U
std::string CheckUser(const std::string& text);       // --user: NAME:PASSWORD
std::string CheckProxy(const std::string& text);      // --proxy: [SCHEME://][USER:PASSWORD@]HOST:PORT
std::string CheckResolve(const std::string& text);    // --resolve: HOST:PORT:ADDR
std::string CheckDnsServer(const std::string& text);  // --dns-servers: ADDR, ADDR:PORT, [IPv6], [IPv6]:PORT
std::string CheckNet(const std::string& text);        // --allow-net, --deny-net: ADDR or ADDR/BITS
std::string CheckAccept(const std::string& text);     // --accept: MIME types, separated by commas
std::string CheckReadableFile(const std::string& text);

// None of these shows a value of -H, --user or --proxy that may be secret.

}  // namespace spinneret::cli
