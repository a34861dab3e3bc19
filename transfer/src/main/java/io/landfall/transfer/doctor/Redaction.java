package io.landfall.transfer.doctor;

import java.util.List;
import java.util.regex.Pattern;

/// Takes secrets out of text that leaves this host. It errs on the side of taking too much.
///
/// Every repetition that a match can begin with is bounded: the time is linear, whatever stands in
/// a log.
final class Redaction {
  static final String REMOVED = "(removed)";

  private static final String SECRET =
      "(?:pass(?:word|wd|phrase)?|secret|token|credential|api_?key|access_?key|private_?key|[a-z0-9_.-]{0,64}_key)";

  private record Rule(Pattern pattern, String replacement) {}

  private static final List<Rule> RULES =
      List.of(
          // A key as PEM, also one that a bound cut off.
          new Rule(
              Pattern.compile(
                  "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\\z)",
                  Pattern.DOTALL),
              REMOVED),
          // Authorization: Bearer abc, at any place of a line.
          new Rule(
              Pattern.compile("(?i)(\\b(?:bearer|basic)\\s{1,16})[A-Za-z0-9._~+/=-]{6,}"),
              "$1" + REMOVED),
          // user:word@ of an address.
          new Rule(
              Pattern.compile("(\\w{1,20}://[^/\\s:@]{0,200}):[^/\\s@]{1,500}@"),
              "$1:" + REMOVED + "@"),
          // "token": "abc" of JSON.
          new Rule(
              Pattern.compile(
                  "(?i)(\"[a-z0-9_.-]{0,64}"
                      + SECRET
                      + "\"\\s{0,64}:\\s{0,64})\"(?:[^\"\\\\]++|\\\\.)*+\""),
              "$1\"" + REMOVED + "\""),
          // MY_PASSWORD = abc, to the end of the line: a passphrase has blanks, and a value may go
          // on behind a backslash.
          new Rule(
              Pattern.compile(
                  "(?im)^([ \\t]{0,64}#?[ \\t]{0,64}[a-z0-9_.-]{0,64}"
                      + SECRET
                      + "[a-z0-9_.-]{0,64}\\s{0,64}[=:]\\s{0,64})"
                      + "(?:[^\\n\\\\]++|\\\\\\n|\\\\.)++"),
              "$1" + REMOVED),
          // password=abc, in the middle of one.
          new Rule(
              Pattern.compile(
                  "(?i)(\\b[a-z0-9_.-]{0,64}"
                      + SECRET
                      + "\\s{0,64}[=:]\\s{0,64})(?!\\(removed\\))[^\\s,;&\"]+"),
              "$1" + REMOVED));

  private Redaction() {}

  static String of(String text) {
    String left = text;
    for (Rule rule : RULES) {
      left = rule.pattern().matcher(left).replaceAll(rule.replacement());
    }
    return left;
  }
}
