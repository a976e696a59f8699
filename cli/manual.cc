#include "cli/manual.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace spinneret::cli {
namespace {

// Text as roff takes it: nothing in it is a request or an escape.
std::string Roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string FirstSentence(const std::string& text) {
  return text.substr(0, std::min(text.find(". "), text.find('\n')));
}

std::string FullName(const CommandEntry& command) {
  return command.name.empty() ? "spinneret" : "spinneret " + command.name;
}

std::string PageName(const CommandEntry& command) {
  return command.name.empty() ? "spinneret" : "spinneret-" + command.name;
}

std::string OptionTitle(const OptionEntry& option) {
  std::string title;
  for (const std::string& letter : option.short_names) {
    title += (title.empty() ? "-" : ", -") + letter;
  }
  for (const std::string& name : option.long_names) {
    title += (title.empty() ? "--" : ", --") + name;
  }
  return title;
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string Joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? "" : between;
    text += word;
  }
  return text;
}

// Groups in the order of their first option.
std::vector<std::string> GroupsOf(const CommandEntry& command) {
  std::vector<std::string> groups;
  for (const OptionEntry& option : command.options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  return groups;
}

void AddOptions(const CommandEntry& command, std::string& page) {
  if (!command.arguments.empty()) {
    page += ".SH ARGUMENTS\n";
    for (const ArgumentEntry& argument : command.arguments) {
      page += fmt::format(".TP\n.I {}\n{}\n", Roff(argument.name), Roff(argument.description));
    }
  }
  page += ".SH OPTIONS\n";
  const std::vector<std::string> groups = GroupsOf(command);
  for (const std::string& group : groups) {
    if (groups.size() > 1) {
      page += fmt::format(".SS \"{}\"\n", Roff(group));
    }
    for (const OptionEntry& option : command.options) {
      if (option.group == group) {
        page += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", Roff(OptionTitle(option)),
                            option.type.empty() ? "" : fmt::format(" \\fI{}\\fR", Roff(option.type)),
                            Roff(option.description));
      }
    }
  }
}

// `text` inside single quotes of a POSIX shell or of zsh.
std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

std::string FishQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "'";
}

// What _arguments would read as its own is escaped.
std::string ZshText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '[' || c == ']' || c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out;
}

bool TakesFile(const OptionEntry& option) {
  return option.type.find("FILE") != std::string::npos || option.type.find("PATH") != std::string::npos ||
         option.type.find("DB") != std::string::npos || option.type.find("FOLDER") != std::string::npos;
}

}  // namespace

std::string ManPage(const CommandEntry& command, const std::vector<CommandEntry>& all) {
  std::string page =
      fmt::format(".TH {} 1 \"\" \"spinneret {}\" \"Spinneret\"\n", Roff(Upper(PageName(command))), SPINNERET_VERSION);
  page += fmt::format(".SH NAME\n{} \\- {}\n", Roff(PageName(command)), Roff(FirstSentence(command.description)));
  page += fmt::format(".SH SYNOPSIS\n.B {}\n", Roff(FullName(command)));
  if (command.name.empty()) {
    page += "\\fICOMMAND\\fR [\\fIOPTION\\fR]...\n";
  }
  for (const ArgumentEntry& argument : command.arguments) {
    page += argument.required ? fmt::format("\\fI{}\\fR\n", Roff(argument.name))
                              : fmt::format("[\\fI{}\\fR]\n", Roff(argument.name));
  }
  page += command.name.empty() ? "" : "[\\fIOPTION\\fR]...\n";
  page += fmt::format(".SH DESCRIPTION\n{}\n", Roff(command.description));
  if (command.name.empty()) {
    page += ".SH COMMANDS\n";
    for (const CommandEntry& other : all) {
      if (!other.name.empty()) {
        page +=
            fmt::format(".TP\n.BR spinneret\\-{} (1)\n{}\n", Roff(other.name), Roff(FirstSentence(other.description)));
      }
    }
  }
  AddOptions(command, page);
  if (!command.footer.empty()) {
    page += fmt::format(".SH NOTES\n.nf\n{}\n.fi\n", Roff(command.footer));
  }
  page += command.name.empty() ? ".SH SEE ALSO\n.BR curl (1),\n.BR sqlite3 (1)\n" : ".SH SEE ALSO\n.BR spinneret (1)\n";
  return page;
}

std::string BashCompletion(const std::vector<CommandEntry>& all) {
  std::vector<std::string> names;
  std::string options;
  std::string values;
  for (const CommandEntry& command : all) {
    std::vector<std::string> words;
    for (const OptionEntry& option : command.options) {
      std::vector<std::string> spelled;
      for (const std::string& letter : option.short_names) {
        spelled.push_back("-" + letter);
      }
      for (const std::string& name : option.long_names) {
        spelled.push_back("--" + name);
        words.push_back("--" + name);
      }
      if (!option.words.empty()) {
        for (const std::string& word : spelled) {
          values += fmt::format("    '{} {}') words={} ;;\n", command.name, word, Quoted(Joined(option.words, " ")));
        }
      } else if (!option.type.empty()) {
        for (const std::string& word : spelled) {
          values += fmt::format("    '{} {}') COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", command.name, word);
        }
      }
    }
    if (!command.name.empty()) {
      names.push_back(command.name);
    }
    options +=
        fmt::format("    {}) words={} ;;\n", command.name.empty() ? "''" : command.name, Quoted(Joined(words, " ")));
  }
  return fmt::format(R"(# bash completion for spinneret; made by `spinneret completion bash`
_spinneret() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case " {0} " in *" ${{COMP_WORDS[i]}} "*) command="${{COMP_WORDS[i]}}"; break ;; esac
  done
  compopt -o filenames 2>/dev/null
  case "$command $before" in
{2}  esac
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word")); return
  fi
  if [[ -z $command && $word != -* ]]; then
    COMPREPLY=($(compgen -W '{0}' -- "$word")); return
  fi
  if [[ $word == -* ]]; then
    case "$command" in
{1}    esac
    COMPREPLY=($(compgen -W "$words" -- "$word")); return
  fi
  COMPREPLY=($(compgen -f -- "$word"))
}}
complete -F _spinneret spinneret
)",
                     Joined(names, " "), options, values);
}

std::string ZshCompletion(const std::vector<CommandEntry>& all) {
  std::string commands;
  std::string cases;
  for (const CommandEntry& command : all) {
    std::string specs;
    for (const OptionEntry& option : command.options) {
      std::string value;
      if (!option.words.empty()) {
        value = fmt::format(":value:({})", Joined(option.words, " "));
      } else if (!option.type.empty()) {
        value = fmt::format(":{}:{}", ZshText(option.type), TakesFile(option) ? "_files" : " ");
      }
      const std::string words = fmt::format("[{}]{}", ZshText(FirstSentence(option.description)), value);
      for (const std::string& letter : option.short_names) {
        specs += " \\\n        " + Quoted("*-" + letter + words);
      }
      for (const std::string& name : option.long_names) {
        specs += " \\\n        " + Quoted("*--" + name + words);
      }
    }
    if (command.name.empty()) {
      continue;
    }
    commands += fmt::format("    {}\n", Quoted(command.name + ":" + ZshText(FirstSentence(command.description))));
    cases += fmt::format("      {})\n        _arguments -s{} '*:file:_files' ;;\n", command.name, specs);
  }
  return fmt::format(R"(#compdef spinneret
# zsh completion for spinneret; made by `spinneret completion zsh`
_spinneret() {{
  local -a commands
  commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=${{words[2]}}
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}
_spinneret "$@"
)",
                     commands, cases);
}

std::string FishCompletion(const std::vector<CommandEntry>& all) {
  std::string script = "# fish completion for spinneret; made by `spinneret completion fish`\n";
  for (const CommandEntry& command : all) {
    if (!command.name.empty()) {
      script += fmt::format("complete -c spinneret -n __fish_use_subcommand -f -a {} -d {}\n", command.name,
                            FishQuoted(FirstSentence(command.description)));
    }
    const std::string when =
        command.name.empty() ? "__fish_use_subcommand" : FishQuoted("__fish_seen_subcommand_from " + command.name);
    for (const OptionEntry& option : command.options) {
      script += "complete -c spinneret -n " + when;
      for (const std::string& letter : option.short_names) {
        script += " -s " + letter;
      }
      for (const std::string& name : option.long_names) {
        script += " -l " + name;
      }
      if (!option.words.empty()) {
        script += " -x -a " + FishQuoted(Joined(option.words, " "));
      } else if (!option.type.empty()) {
        script += TakesFile(option) ? " -r" : " -x";
      }
      script += " -d " + FishQuoted(FirstSentence(option.description)) + "\n";
    }
  }
  return script;
}

}  // namespace spinneret::cli
