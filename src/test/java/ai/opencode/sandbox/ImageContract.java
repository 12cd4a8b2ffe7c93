package ai.opencode.sandbox;

import static ai.opencode.sandbox.Line.line;
import static ai.opencode.sandbox.Profile.HARDENED;
import static ai.opencode.sandbox.Profile.OTHER_UID;
import static ai.opencode.sandbox.Profile.PLAIN;
import static ai.opencode.sandbox.Profile.READ_ONLY;

import ai.opencode.sandbox.apk.Dependency;
import java.util.List;
import java.util.stream.Stream;

/**
 * The abilities of a running sandbox, line by line. Scripts use programs for their purpose, because
 * a program that starts may still lack libraries, data or directories.
 *
 * <p>The scripts need a POSIX shell and busybox's tools.
 */
final class ImageContract {

  private ImageContract() {}

  /** Returns the lines for an image; a developer sandbox has all abilities of a base sandbox. */
  static List<Line> of(ImageUnderTest image) {
    Stream<List<Line>> parts = Stream.of(TOOLS, USER, RUNTIME, READING_ONLY, packages(image));
    if (image == ImageUnderTest.DEVELOPER) {
      parts = Stream.concat(parts, Stream.of(DEVELOPER));
    }
    return parts.flatMap(List::stream).toList();
  }

  private static final String A_REPOSITORY =
      """
      export GIT_AUTHOR_NAME=Agent GIT_AUTHOR_EMAIL=agent@localhost
      export GIT_COMMITTER_NAME=Agent GIT_COMMITTER_EMAIL=agent@localhost
      git init -q origin
      echo one >origin/file
      git -C origin add file
      git -C origin commit -q -m first
      """;

  /**
   * Serves the current directory on a loopback port while {@code sh -c "$2"} runs, told by $URL.
   */
  private static final String A_SERVER =
      """
      cat >server.js <<'EOF'
      const fs = require("node:fs"), http = require("node:http"), https = require("node:https");
      const { spawn } = require("node:child_process");
      const [, , scheme, command] = process.argv;
      const answer = (request, response) =>
        fs.readFile("." + request.url.split("?")[0], (error, bytes) => {
          response.writeHead(error ? 404 : 200);
          response.end(bytes);
        });
      const { TEST_KEY_STORE: keyStore, TEST_KEY_STORE_PASSWORD: passphrase } = process.env;
      const server = scheme === "https"
        ? https.createServer({ pfx: Buffer.from(keyStore, "base64"), passphrase }, answer)
        : http.createServer(answer);
      server.listen(0, "127.0.0.1", () => {
        const URL = `${scheme}://localhost:${server.address().port}`;
        spawn("sh", ["-euc", command], { stdio: "inherit", env: { ...process.env, URL } })
          .on("exit", (code) => process.exit(code ?? 1));
      });
      EOF
      echo hello >greeting
      printf '%s' "$TEST_CERTIFICATE" >server.pem
      """;

  private static final String A_GLOBAL_TOOL =
      """
      mkdir tool
      echo '{"name":"probe-tool","version":"1.0.0","bin":"cli.js","main":"main.js"}' >tool/package.json
      printf '#!/usr/bin/env node\\nconsole.log(require("./main.js"))\\n' >tool/cli.js
      echo 'module.exports = "from the tool"' >tool/main.js
      npm pack --silent ./tool >&2
      npm install -g --offline --no-audit --no-fund ./probe-tool-1.0.0.tgz >&2
      """;

  private static final List<Line> TOOLS =
      List.of(
          line("node is version 20 or newer", "node --version")
              .matches("v(2\\d|[3-9]\\d)\\.\\d+\\.\\d+"),
          line("npm works", "npm --version").matches("\\d+\\.\\d+\\.\\d+"),
          line(
                  "npm installs into a project and node finds it",
                  """
                  mkdir dep
                  echo '{"name":"dep","version":"1.0.0","main":"main.js"}' >dep/package.json
                  echo 'module.exports = "from dep"' >dep/main.js
                  npm install --offline --no-audit --no-fund ./dep >&2
                  node -p 'require("dep")'
                  """)
              .prints("from dep"),
          line(
                  "npm installs globally, and the command is found",
                  A_GLOBAL_TOOL
                      + """
                      probe-tool
                      npm list -g probe-tool >&2
                      npm uninstall -g probe-tool >&2
                      test ! -e "$HOME/.local/bin/probe-tool"
                      """)
              .prints("from the tool"),
          line(
                  "git clones over file:// and commits",
                  A_REPOSITORY
                      + """
                      git clone -q "file://$PWD/origin" clone
                      cd clone
                      echo two >>file
                      git commit -q -a -m second
                      git log --format=%s
                      """)
              .prints("second\nfirst"),
          line(
                  "git clones over http",
                  A_REPOSITORY
                      + A_SERVER
                      + """
                      git clone -q --bare origin served.git
                      git -C served.git update-server-info
                      node server.js http 'git clone -q "$URL/served.git" copy'
                      cat copy/file
                      """)
              .prints("one"),
          line("curl fetches over http", A_SERVER + "node server.js http 'curl -fsS $URL/greeting'")
              .prints("hello"),
          line(
                  "wget fetches over http",
                  A_SERVER + "node server.js http 'wget -q -O - $URL/greeting'")
              .prints("hello"),
          line(
                  "curl refuses a server that no authority vouches for",
                  A_SERVER
                      + "node server.js https 'code=0; curl -fsS $URL/greeting || code=$?; echo"
                      + " $code'")
              .prints("60"),
          line(
                  "curl uses https with a server that it is told to trust",
                  A_SERVER + "node server.js https 'curl -fsS --cacert server.pem $URL/greeting'")
              .prints("hello"),
          line(
              "curl trusts the CA bundle",
              A_SERVER
                  + """
                  node server.js https 'curl -sv $URL/greeting >log 2>&1 || true'
                  grep -i 'CAfile: */etc/ssl/' log >&2 || { cat log >&2; exit 1; }
                  """),
          line(
                  "wget refuses a server that no authority vouches for",
                  A_SERVER
                      + "node server.js https 'code=0; wget -q -O - $URL/greeting || code=$?; echo"
                      + " $code'")
              .prints("5"),
          line(
                  "wget uses https with a server that it is told to trust",
                  A_SERVER
                      + "node server.js https"
                      + " 'wget -q -O - --ca-certificate=server.pem $URL/greeting'")
              .prints("hello"),
          line(
              "git refuses an https server that no authority vouches for",
              A_SERVER
                  + """
                  node server.js https 'git ls-remote $URL/x 2>log && exit 1; cat log >&2'
                  grep -i certificate log >&2
                  """),
          line(
              "the CA bundle holds more than 100 certificates, each readable",
              """
              node -e '
                const pem = require("fs").readFileSync("/etc/ssl/certs/ca-certificates.crt", "latin1");
                const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
                found.forEach((text) => new (require("crypto").X509Certificate)(text));
                if (found.length <= 100) throw new Error(`only ${found.length} certificates`);
              '
              """),
          line("vim runs", "vim --version").matches("VIM - Vi IMproved .*"),
          line(
                  "vim edits a file",
                  """
                  echo 'hello world' >file
                  vim -es -c '%s/world/vim/' -c 'wq' file </dev/null
                  cat file
                  """)
              .prints("hello vim"),
          line("nano runs", "nano --version").matches("\\s*GNU nano.*"),
          line(
                  "bash runs scripts, in UTF-8",
                  "bash -c 'words=(grün über); echo ${#words[@]} ${#words[0]}'")
              .prints("2 4"));

  private static final List<Line> USER =
      List.of(
          line("whoami prints opencode", "whoami").prints("opencode").onlyIn(PLAIN, HARDENED),
          line("uid and gid are 1000", "echo $(id -u):$(id -g)")
              .prints("1000:1000")
              .onlyIn(PLAIN, HARDENED),
          line("any other uid works, with group 0", "echo $(id -u):$(id -g)")
              .prints("12345:0")
              .onlyIn(OTHER_UID),
          line(
                  "opencode's home is /home/opencode and its shell /bin/bash",
                  "grep '^opencode:' /etc/passwd | cut -d: -f3,4,6,7")
              .prints("1000:1000:/home/opencode:/bin/bash"),
          line(
              "the shell exists and is in /etc/shells",
              "test -x /bin/bash; grep -qx /bin/bash /etc/shells"),
          line("only root has uid 0", "awk -F: '$3 == 0 { print $1 }' /etc/passwd").prints("root"),
          line(
              "there is no sudo and no doas",
              "for name in sudo doas; do ! command -v $name >&2 || exit 1; done"),
          line(
                  "there is no setuid or setgid program",
                  "find / -xdev -type f '(' -perm -4000 -o -perm -2000 ')'")
              .prints("")
              .byRoot(),
          line(
              "home and workspace can be written to",
              """
              for directory in "$HOME" /workspace; do
                echo probe >"$directory/.probe.$$"
                rm "$directory/.probe.$$"
              done
              """),
          line(
                  "home and workspace belong to opencode, and to group 0 for any other uid",
                  "stat -c '%n %u:%g %A' /home/opencode /workspace")
              .matches("/home/opencode 1000:0 drwxrwx...\n/workspace 1000:0 drwxrwx...")
              .onlyIn(PLAIN, OTHER_UID),
          line(
              "OpenCode's directories exist, are no links and can be written to",
              """
              for directory in .config .config/opencode .local .local/share .local/share/opencode \\
                  .local/state .cache; do
                directory=$HOME/$directory
                test -d "$directory" && test ! -L "$directory" && test -w "$directory" || { ls -ld "$directory" >&2; exit 1; }
              done
              """),
          line(
                  "OpenCode's directories belong to the user",
                  """
                  cd
                  stat -c %u .config/opencode .local/share/opencode .local/state .cache | sort -u
                  """)
              .prints("1000"),
          line(
                  "git keeps its settings in the home",
                  """
                  git config --global sandbox.probe yes
                  git config --get sandbox.probe
                  git config --global --remove-section sandbox
                  """)
              .prints("yes"),
          line(
                  "git accepts /workspace with any owner",
                  "git config --system --get-all safe.directory")
              .prints("/workspace"));

  private static final List<Line> RUNTIME =
      List.of(
          line("the first process is tini", "tr '\\0' ' ' </proc/1/cmdline")
              .matches("/sbin/tini -- /usr/local/lib/opencode-sandbox/start sleep 3600"),
          line(
              "tini reaps orphans",
              """
              orphan=$(sh -c 'sleep 0.1 >/dev/null 2>&1 & echo $!')
              sleep 1
              test ! -e "/proc/$orphan" || { cat "/proc/$orphan/status" >&2; exit 1; }
              """),
          line("the working directory is /workspace", "readlink /proc/1/cwd").prints("/workspace"),
          line(
                  "the environment is complete",
                  """
                  printf '%s\\n' "$HOME" "$LANG" "$NPM_CONFIG_PREFIX"
                  case ":$PATH:" in *:/home/opencode/.local/bin:*) ;; *) echo "$PATH"; exit 1 ;; esac
                  """)
              .prints("/home/opencode\nC.UTF-8\n/home/opencode/.local"),
          line("npm's update notifier is off", "npm config get update-notifier").prints("false"),
          line(
              "npm's cache and logs are in a writable directory",
              """
              cache=$(npm config get cache)
              case $cache in "$HOME"/*) ;; *) echo "$cache" >&2; exit 1 ;; esac
              mkdir -p "$cache/_logs"
              test -w "$cache/_logs"
              """),
          line(
                  "programs can be run from /tmp",
                  """
                  printf '#!/bin/sh\\necho ran\\n' >program
                  chmod +x program
                  ./program
                  """)
              .prints("ran"),
          line(
                  "hardened: no capability can be had but NET_BIND_SERVICE, and no new privilege",
                  "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | tr -s '\\t' ' '")
              .prints("CapEff: 0000000000000000\nCapBnd: 0000000000000400\nNoNewPrivs: 1")
              .onlyIn(HARDENED),
          line("hardened: not even root can write to the image", "! touch /etc/probe 2>/dev/null")
              .byRoot()
              .onlyIn(HARDENED));

  /** Lines for a read-only root without writable paths: programs fail with a clear message. */
  private static final List<Line> READING_ONLY =
      List.of(
          line("read-only: programs start", "git --version; vim --version; node -p '6 * 7'")
              .matches("git version .*\n42")
              .onlyIn(READ_ONLY),
          line(
                  "read-only: every place refuses to be written to, and says why",
                  """
                  for place in "$HOME" /workspace /tmp /etc /usr/local; do
                    touch "$place/probe" 2>&1 && exit 1
                  done | grep -c 'Read-only file system'
                  """)
              .prints("5")
              .onlyIn(READ_ONLY),
          line("read-only: git says why", "! git init repository 2>&1")
              .matches(".*Read-only file system.*")
              .onlyIn(READ_ONLY),
          line("read-only: npm says why", "! npm init -y 2>&1")
              .matches(".*(EROFS|[Rr]ead-only).*")
              .onlyIn(READ_ONLY));

  private static final String THE_DATABASE =
      """
      for database in /usr/lib/apk/db/installed /lib/apk/db/installed; do
        test ! -f "$database" || break
      done
      """;

  private static List<Line> packages(ImageUnderTest image) {
    return List.of(
        line(
                "/etc/apk/world lists what was asked for",
                "for name in %s; do grep -qxF \"$name\" /etc/apk/world || echo \"$name\"; done"
                    .formatted(
                        quoted(
                            image.definition().allPackages().stream()
                                .map(Dependency::toString)
                                .toList())))
            .prints(""),
        line(
            "/etc/apk/world does not list what came along",
            THE_DATABASE
                + """
                test $(grep -c . /etc/apk/world) -lt $(grep -c ^P: "$database")
                """),
        line(
                "the package database knows what was asked for",
                THE_DATABASE
                    + """
                    for name in %s; do
                      grep -qxF "P:$name" "$database" || echo "$name"
                    done
                    """
                        .formatted(
                            quoted(
                                image.definition().allPackages().stream()
                                    .map(Dependency::name)
                                    .toList())))
            .prints(""),
        line(
                "every file that the package database names is there",
                THE_DATABASE
                    + """
                    awk '/^F:/ { directory = substr($0, 3) }
                         /^R:/ { print "/" directory "/" substr($0, 3) }' "$database" |
                      while IFS= read -r file; do
                        test -e "$file" || test -L "$file" || echo "$file"
                      done
                    """)
            .prints("")
            .byRoot(),
        line(
                "apk finds the database whole, where apk exists",
                """
                if command -v apk >/dev/null; then
                  apk info -e git >/dev/null
                  apk audit --system
                fi
                """)
            .prints("")
            .byRoot()
            .onlyIn(PLAIN));
  }

  private static final List<Line> DEVELOPER =
      List.of(
          line("tsc works", "tsc --version").matches("Version \\d+\\..*"),
          line("tsx works", "tsx --version").matches("tsx v\\d+.*"),
          line("jq works", "jq --version").matches("jq-\\d+.*"),
          line("python3 works", "python3 --version").matches("Python 3\\..*"),
          line("npm lists the Anthropic SDK", "npm list -g @anthropic-ai/sdk")
              .matches("/home/opencode/.local/lib\n.*@anthropic-ai/sdk@\\d+.*"),
          line(
                  "what npm installs globally is found beside the image's own packages",
                  A_GLOBAL_TOOL
                      + """
                      npm list -g @anthropic-ai/sdk probe-tool >&2
                      echo 'import tool from "probe-tool"; import Anthropic from "@anthropic-ai/sdk";' >use.mjs
                      echo 'console.log(tool, typeof Anthropic)' >>use.mjs
                      node use.mjs
                      node -p 'require("probe-tool") + " " + typeof require("@anthropic-ai/sdk")'
                      npm uninstall -g probe-tool >&2
                      """)
              .prints("from the tool function\nfrom the tool function"),
          line("npm finds no fault in what is installed globally", "npm list -g --depth=0 >&2"),
          line(
                  "a TypeScript file type-checks and runs under tsx",
                  """
                  echo 'const sum = (a: number, b: number): number => a + b;' >sum.ts
                  echo 'console.log(sum(20, 22));' >>sum.ts
                  tsc --noEmit --strict sum.ts
                  tsx sum.ts
                  """)
              .prints("42"),
          line(
                  "tsc finds a type error",
                  """
                  echo 'const one: number = "one";' >wrong.ts
                  ! tsc --noEmit wrong.ts
                  """)
              .matches(".*TS2322.*"),
          line(
              "tsc compiles to JavaScript that node runs",
              """
              echo 'enum Word { Hello = "hello" } console.log(Word.Hello);' >word.ts
              tsc --outDir out word.ts
              test "$(node out/word.js)" = hello
              """),
          line("jq filters", "echo '{\"a\":[1,2,3]}' | jq -c '.a | map(. * 2)'").prints("[2,4,6]"),
          line(
                  "gcc compiles and the result runs",
                  """
                  cat >hello.c <<'EOF'
                  #include <math.h>
                  #include <stdio.h>
                  int main(int argc, char **argv) { printf("%.0f\\n", sqrt(1763 + argc)); return 0; }
                  EOF
                  gcc -O2 -Wall -Werror -o hello hello.c -lm
                  ./hello
                  """)
              .prints("42"),
          line(
                  "g++ compiles and the result runs",
                  """
                  cat >hello.cc <<'EOF'
                  #include <iostream>
                  #include <stdexcept>
                  #include <vector>
                  int main() {
                    try { std::vector<int>{}.at(1); } catch (const std::out_of_range &) { std::cout << "caught\\n"; }
                  }
                  EOF
                  g++ -std=c++17 -o hello hello.cc
                  ./hello
                  """)
              .prints("caught"),
          line(
                  "make works",
                  """
                  printf 'hello: hello.c\\n\\t$(CC) -o $@ $<\\n' >Makefile
                  printf '#include <stdio.h>\\nint main(void) { return puts("made") < 0; }\\n' >hello.c
                  make -s hello
                  ./hello
                  """)
              .prints("made"),
          line(
                  "python3 runs a script",
                  """
                  echo 'import json, sys; print(json.loads(sys.argv[1])["a"])' >script.py
                  python3 script.py '{"a": 42}'
                  """)
              .prints("42"),
          line(
                  "python3's standard library is whole",
                  """
                  cat >sweep.py <<'EOF'
                  import importlib, sys
                  # Not of Linux, graphical, with effects on import, or packaged apart by every distribution.
                  apart = {"msilib", "msvcrt", "nt", "winreg", "winsound", "nturl2path", "_winapi",
                           "tkinter", "turtle", "turtledemo", "idlelib", "antigravity", "this",
                           "venv", "ensurepip", "distutils", "lib2to3"}
                  for name in sorted(set(sys.stdlib_module_names) - apart):
                      if not name.startswith("_"):
                          try:
                              importlib.import_module(name)
                          except Exception as error:
                              print(name, repr(error))
                  EOF
                  python3 -W ignore sweep.py
                  """)
              .prints(""),
          line(
              "python3's compiled modules work",
              """
              cat >work.py <<'EOF'
              import bz2, ctypes, hashlib, lzma, sqlite3, zlib
              for codec in bz2, lzma, zlib:
                  assert codec.decompress(codec.compress(b"x" * 999)) == b"x" * 999
              assert sqlite3.connect(":memory:").execute("select 6 * 7").fetchone() == (42,)
              assert ctypes.CDLL(None).abs(-42) == 42
              assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
              EOF
              python3 work.py
              """),
          line(
              "python3 trusts the CA bundle",
              "python3 -c 'import ssl; s = ssl.create_default_context().cert_store_stats();"
                  + " print(s); raise SystemExit(s[\"x509_ca\"] <= 100)'"),
          line(
                  "require resolves both SDKs from any directory",
                  """
                  cat >use.cjs <<'EOF'
                  const { Anthropic } = require("@anthropic-ai/sdk");
                  const { Server } = require("@modelcontextprotocol/sdk/server/index.js");
                  console.log(typeof Anthropic, typeof Server);
                  EOF
                  node use.cjs
                  """)
              .prints("function function"),
          line(
                  "import resolves both SDKs from any directory",
                  """
                  cat >use.mjs <<'EOF'
                  import Anthropic from "@anthropic-ai/sdk";
                  import { Server } from "@modelcontextprotocol/sdk/server/index.js";
                  console.log(typeof Anthropic, typeof Server);
                  EOF
                  node use.mjs
                  """)
              .prints("function function"),
          line(
                  "TypeScript resolves the SDK from any directory",
                  """
                  cat >use.mts <<'EOF'
                  import Anthropic from "@anthropic-ai/sdk";
                  const client: Anthropic = new Anthropic({ apiKey: "none" });
                  console.log(client.apiKey);
                  EOF
                  tsx use.mts
                  """)
              .prints("none"),
          line(
                  "a native npm module builds offline",
                  """
                  cat >package.json <<'EOF'
                  { "name": "native", "version": "1.0.0", "private": true }
                  EOF
                  cat >binding.gyp <<'EOF'
                  { "targets": [ { "target_name": "native", "sources": [ "native.c" ] } ] }
                  EOF
                  cat >native.c <<'EOF'
                  #include <node_api.h>
                  static napi_value init(napi_env env, napi_value exports) {
                    napi_value answer;
                    napi_create_int32(env, 42, &answer);
                    return answer;
                  }
                  NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
                  EOF
                  npm install --offline --no-audit --no-fund >&2
                  node -p 'require("./build/Release/native.node")'
                  """)
              .prints("42"));

  private static String quoted(List<String> words) {
    return String.join(" ", words.stream().map(word -> "'" + word + "'").toList());
  }
}
