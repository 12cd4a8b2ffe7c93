package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.failure.UsageException;
import com.github.dockerjava.api.command.CreateContainerCmd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The network of a container with allowed hosts, attacked from inside, for any engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class AllowedHostsContract {

  private static final String SOCKET = "/run/opencode-sandbox/proxy.sock";

  /** Defines {@code via}, which sends one request to the Unix socket and prints the status. */
  private static final String RAW =
      "via() { node -e 'const s = require(\"net\").connect(\""
          + SOCKET
          + "\", () => s.write(process.argv[1] + \" HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n\"));"
          + " s.once(\"data\", d => { console.log(String(d).split(\" \")[1]); s.destroy(); });"
          + " s.on(\"error\", e => console.log(e.code));' \"$1\"; }\n";

  private BaseImage image;
  private AnOutside outside;

  /** Returns the variables that name the engine. */
  abstract Map<String, String> engine() throws IOException, InterruptedException;

  /** Stops what {@link #engine} has started. */
  void stopEngine() throws IOException, InterruptedException {}

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    outside = new AnOutside(directory);
    Files.createDirectories(directory.resolve("www"));
    image = BaseImage.load(engine());
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    if (image != null) {
      image.close();
    }
    if (outside != null) {
      outside.close();
    }
    stopEngine();
  }

  @BeforeEach
  void forget() {
    image.said.clear();
    outside.lookups.clear();
    outside.requests.clear();
  }

  private RunRequest shell(String script) {
    return image.shell(script).withAllowedHosts(AllowedHosts.of(outside.allowed()));
  }

  private BaseImage.Outcome run(RunRequest request) throws IOException, InterruptedException {
    return image.run(request, outside.names());
  }

  /** Runs a script and checks that nothing has reached the forbidden service. */
  private BaseImage.Outcome attack(String script) throws IOException, InterruptedException {
    BaseImage.Outcome outcome = run(shell("set +e\n" + RAW + script));

    assertThat(outside.connectionsToForbidden).hasValue(0);
    return outcome;
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000:1000", "2000:0", "2000:3000"})
  void everyProgramReachesAnAllowedHost(String user, @TempDir Path workspace)
      throws IOException, InterruptedException {
    String[] numbers = user.split(":", -1);
    Files.setAttribute(workspace, "unix:uid", Integer.parseInt(numbers[0]));
    Files.setAttribute(workspace, "unix:gid", Integer.parseInt(numbers[1]));
    Files.writeString(workspace.resolve("ca.pem"), outside.identity.certificate());
    String plain = outside.plain();
    String secure = outside.secure();
    RunRequest request =
        shell(
            """
            export SSL_CERT_FILE=$PWD/ca.pem
            curl -sS --cacert ca.pem %2$s/
            curl -sS %1$s/
            wget -qO- --ca-certificate=ca.pem %2$s/
            wget -qO- %1$s/
            node -e 'fetch("%2$s/").then(a => a.text()).then(t => process.stdout.write(t))'
            node -e 'require("https").get("%2$s/", a => a.pipe(process.stdout))'
            node -e 'require("http").get("%1$s/", a => a.pipe(process.stdout))'
            (! curl -sS --cacert ca.pem --noproxy '*' %2$s/ 2>&1) | grep -c resolve
            """
                .formatted(plain, secure));
    BaseImage.Outcome outcome =
        run(
            request
                .withWorkspace(workspace.toRealPath())
                .withOptions(request.options().withUser(user))
                .withEnvironment(List.of("NODE_EXTRA_CA_CERTS=/workspace/ca.pem")));

    assertThat(outcome.out() + outcome.err()).isEqualTo("hello from good.test\n".repeat(7) + "1\n");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void npmAndGitWorkThroughIt(@TempDir Path workspace) throws Exception {
    Files.setAttribute(workspace, "unix:uid", 1000);
    Path www = Files.createDirectories(workspace.resolve("www"));
    Files.setAttribute(www, "unix:uid", 1000);
    try (AnOutside host = new AnOutside(workspace)) {
      Files.writeString(workspace.resolve("ca.pem"), host.identity.certificate());
      String make =
          """
          cd www
          mkdir demo && cd demo
          echo '{"name":"demo","version":"1.0.0"}' >package.json
          npm pack --silent && cd ..
          git init -q --bare repo.git
          git init -q work && cd work
          git -c user.email=me@here.test commit -q --allow-empty -m first
          git push -q ../repo.git HEAD:refs/heads/main
          git -C ../repo.git symbolic-ref HEAD refs/heads/main
          git -C ../repo.git update-server-info
          cd .. && echo >index && mv demo pack
          printf '{"name":"demo","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"demo",\
          "version":"1.0.0","dist":{"tarball":"%s/pack/demo-1.0.0.tgz"}}}}' >demo
          """
              .replace("%s", host.secure());
      BaseImage.Outcome made = image.run(image.shell(make).withWorkspace(workspace.toRealPath()));
      assertThat(made.err()).isEmpty();

      BaseImage.Outcome outcome =
          image.run(
              image
                  .shell(
                      """
                      cd /tmp
                      npm install --silent --no-audit --cafile=/workspace/ca.pem \
                          --registry=SECURE/ demo
                      cat node_modules/demo/package.json
                      git -c http.sslCAInfo=/workspace/ca.pem clone -q SECURE/repo.git cloned
                      git -C cloned log --format=%s
                      """
                          .replace("SECURE", host.secure()))
                  .withAllowedHosts(AllowedHosts.of(host.allowed()))
                  .withWorkspace(workspace.toRealPath()),
              host.names());

      assertThat(outcome.out()).endsWith("{\"name\":\"demo\",\"version\":\"1.0.0\"}\nfirst\n");
      assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }
  }

  @Test
  void variablesNameTheProxyUnlessTheUserSetsThem() throws IOException, InterruptedException {
    RunRequest request =
        shell("env | grep -iE '^(https?_proxy|no_proxy|all_proxy|NODE_USE)' | LC_ALL=C sort")
            .withEnvironment(List.of("NO_PROXY=mine", "OPENCODE_SANDBOX_PROXY=/elsewhere"));

    assertThat(run(request).out())
        .isEqualTo(
            """
            HTTPS_PROXY=http://127.0.0.1:3128
            HTTP_PROXY=http://127.0.0.1:3128
            NODE_USE_ENV_PROXY=1
            NO_PROXY=mine
            http_proxy=http://127.0.0.1:3128
            https_proxy=http://127.0.0.1:3128
            no_proxy=localhost,127.0.0.1,::1
            """);
  }

  @Test
  void thereIsNoNetworkBesideIt() throws Exception {
    List<String> own = new ArrayList<>();
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .forEach(each -> own.add(each.getHostAddress().replaceFirst("%.*", "")));
    String script =
        """
        ls /sys/class/net; wc -l </proc/net/route
        for host in OWN 8.8.8.8 169.254.169.254 127.0.0.1 ::1 2606:4700::1111; do
          for port in 53 80 FORBIDDEN; do
            timeout 2 bash -c "exec 3<>/dev/tcp/$host/$port" 2>/dev/null && echo "tcp $host $port"
          done
          timeout 3 node -e '
            const u = require("dgram").createSocket(process.argv[1].includes(":") ? "udp6" : "udp4");
            u.on("message", () => console.log("udp", process.argv[1]));
            u.on("error", () => process.exit());
            u.send(Buffer.from("0001010000010000000000000161047465737400000100 01".replace(" ", ""),
              "hex"), 53, process.argv[1], e => e && process.exit());
            setTimeout(() => process.exit(), 1000)' $host
        done
        node -e 'require("dns").lookup("good.test", e => console.log("lookup", e.code))'
        node -e 'require("dns").resolve4("good.test", e => console.log("resolve", e.code))'
        node -e 'const r = new (require("dns").Resolver)({timeout: 500, tries: 1});
          r.setServers(["8.8.8.8"]); r.resolve4("good.test", e => console.log("resolve", e.code))'
        """
            .replace("OWN", String.join(" ", own))
            .replace("FORBIDDEN", Integer.toString(outside.forbiddenPort()));

    assertThat(attack(script).out())
        .matches("lo\n1\nlookup \\w+\n(resolve (ECONNREFUSED|ETIMEOUT|ENOTFOUND|EAI_AGAIN)\n){2}");
  }

  @Test
  void theProxyLetsNothingElseThrough() throws IOException, InterruptedException {
    String port = Integer.toString(outside.forbiddenPort());
    String script =
        """
        for url in http://127.0.0.1:PORT/ http://localhost:PORT/ http://good.test:PORT/ \
            http://[::1]:PORT/ http://[::ffff:127.0.0.1]:PORT/ http://0.0.0.0:PORT/ \
            http://2130706433:PORT/ http://0x7f.1:PORT/ http://127.1:PORT/ \
            http://169.254.169.254/ http://[fd00:ec2::254]/ http://evil.test/ \
            http://host.docker.internal:PORT/ http://good.test.evil.test/; do
          curl -s -g --noproxy '' -o /dev/null -w '%{http_code} ' "$url"
          curl -s -g --noproxy '' -p -o /dev/null -w '%{http_connect} ' "$url"
        done
        echo
        """
            .replace("PORT", port);
    BaseImage.Outcome outcome = attack(script);

    assertThat(outcome.out().strip().split(" ", -1)).hasSize(28).containsOnly("403");
    assertThat(image.said)
        .filteredOn(each -> each.startsWith("the network refused "))
        .hasSizeBetween(20, 29)
        .contains(
            "the network refused good.test:" + port + ": it is not on the list of allowed hosts");
    assertThat(outside.lookups).isEmpty();
  }

  @Test
  void anAllowedHostDoesNotLeadElsewhere() throws IOException, InterruptedException {
    String good = outside.plain();
    String script =
        """
        curl -s -L --noproxy '' -o /dev/null -w '%{http_code} ' GOOD/redirect
        curl -s -H 'Host: 127.0.0.1:PORT' -o /dev/null -w '%{http_code} ' GOOD/
        curl -s --request-target http://127.0.0.1:PORT/ -o /dev/null -w '%{http_code} ' GOOD/
        curl -s -H 'X-Forwarded-Host: 127.0.0.1:PORT' -o /dev/null -w '%{http_code} ' GOOD/
        """
            .replace("GOOD", good)
            .replace("PORT", Integer.toString(outside.forbiddenPort()));

    assertThat(attack(script).out()).isEqualTo("403 200 403 200 ");
    assertThat(outside.requests)
        .containsOnly(
            "/redirect " + good.substring("http://".length()),
            "/ " + good.substring("http://".length()));
  }

  /** DNS rebinding: the address that was judged is the one that is used. */
  @Test
  void aNameThatChangesItsAddressIsJudgedEachTime() throws Exception {
    AtomicInteger lookups = new AtomicInteger();
    RunRequest request =
        image
            .shell(
                "set +e; for i in 1 2 3; do curl -s -m 20 -o /dev/null -w '%{http_code} '"
                    + " http://changing.test:"
                    + outside.forbiddenPort()
                    + "/; done")
            .withAllowedHosts(AllowedHosts.of("changing.test:" + outside.forbiddenPort()));
    BaseImage.Outcome outcome =
        image.run(
            request,
            name ->
                List.of(
                    InetAddress.getByName(
                        lookups.incrementAndGet() % 2 == 0 ? "127.0.0.1" : "64:ff9b::7f00:1")));

    assertThat(outcome.out()).isEqualTo("403 403 403 ");
    assertThat(lookups).hasValue(3);
    assertThat(outside.connectionsToForbidden).hasValue(0);
  }

  @Test
  void theSocketIsTheProxyAndNothingElse() throws IOException, InterruptedException {
    String script =
        """
        via 'CONNECT evil.test:443'
        via "CONNECT 127.0.0.1:PORT"
        via 'GET /v1.41/containers/json'
        via "CONNECT GOOD"
        rm -f SOCKET 2>/dev/null; mv SOCKET /tmp/x 2>/dev/null; chmod 777 SOCKET 2>/dev/null
        ln -sf /tmp/x SOCKET 2>/dev/null; touch /run/opencode-sandbox/x 2>/dev/null
        ls /run/opencode-sandbox; stat -c '%a %F' SOCKET
        """
            .replace("SOCKET", SOCKET)
            .replace("PORT", Integer.toString(outside.forbiddenPort()))
            .replace("GOOD", outside.plain().substring("http://".length()));

    assertThat(attack(script).out()).isEqualTo("403\n403\n400\n200\nproxy.sock\n666 socket\n");
  }

  @Test
  void withoutTheRelayThereIsNoNetworkAtAll() throws IOException, InterruptedException {
    String script =
        """
        curl -s -o /dev/null -w '%{http_code} ' GOOD/
        kill -INT -1; kill -HUP -1; kill -TERM 0; sleep 0.2
        curl -s -o /dev/null -w '%{http_code} ' GOOD/
        for p in /proc/[0-9]*; do
          tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q '[r]elay.cjs' && kill -KILL ${p#/proc/}
        done
        curl -s -o /dev/null -w '%{http_code} ' GOOD/
        """
            .replace("GOOD", outside.plain());

    // The shell ignores the signals that the keys of a terminal send to every process.
    assertThat(attack("trap '' INT HUP TERM\n" + script).out()).isEqualTo("200 200 000 ");
  }

  @Test
  void manyRefusalsDoNotFloodTheLog() throws IOException, InterruptedException {
    attack(
        "node -e 'const net = require(\"net\"); let left = 500;"
            + " function next() { if (left-- === 0) return;"
            + " const s = net.connect(3128, \"127.0.0.1\", () => s.end(\"CONNECT e\" + left"
            + " + \".test:443 HTTP/1.1\\r\\n\\r\\n\")); s.resume(); s.on(\"close\", next); }"
            + " next();'");

    assertThat(image.said)
        .filteredOn(each -> each.startsWith("the network refused"))
        .hasSizeBetween(20, 80)
        .anyMatch(each -> each.contains("more requests, too many to show"));
  }

  @Test
  void theSocketIsGoneAfterTheRun() throws Exception {
    List<Path> sockets = new ArrayList<>();
    RunRequest request = shell("echo started; sleep 60");
    Thread thread =
        new Thread(() -> image.runQuietly(request, java.io.OutputStream.nullOutputStream()));
    thread.start();
    try {
      for (int i = 0; i < 300 && image.containers().isEmpty(); i++) {
        Thread.sleep(100);
      }
      image
          .client()
          .inspectContainerCmd(image.containers().get(0))
          .exec()
          .getMounts()
          .forEach(
              each -> {
                if (String.valueOf(each.getSource()).endsWith("proxy.sock")) {
                  sockets.add(Path.of(each.getSource()));
                }
              });
      assertThat(sockets).singleElement().satisfies(each -> assertThat(each).exists());
    } finally {
      thread.interrupt();
      thread.join();
    }
    assertThat(sockets.get(0).getParent()).doesNotExist();
    assertThat(image.containers()).isEmpty();
  }

  /** Makes an image of the base image by a change of the container that it is made from. */
  private String derived(String name, List<String> entrypoint, List<String> command)
      throws InterruptedException {
    CreateContainerCmd create =
        image.client().createContainerCmd(image.name()).withUser("0:0").withEntrypoint(entrypoint);
    String container = create.withCmd(command).exec().getId();
    try {
      image.client().startContainerCmd(container).exec();
      image
          .client()
          .waitContainerCmd(container)
          .exec(new com.github.dockerjava.api.command.WaitContainerResultCallback())
          .awaitCompletion();
      String repository = "localhost/sandbox-it-" + name;
      image.client().commitCmd(container).withRepository(repository).withTag("1").exec();
      return repository + ":1";
    } finally {
      image.client().removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
    }
  }

  @Test
  void anImageWithAnotherEntrypointStartsTheRelayToo() throws Exception {
    String other = derived("entrypoint", List.of("env", "OTHER=kept"), List.of("true"));
    try {
      RunRequest request = shell("echo $OTHER; curl -s " + outside.plain() + "/; cat /proc/1/comm");
      RunRequest ofOther =
          RunRequest.of(other).withCommand(request.command()).withOptions(request.options());

      assertThat(run(ofOther).out()).isEqualTo("kept\nhello from good.test\ntini\n");
    } finally {
      image.client().removeImageCmd(other).exec();
    }
  }

  @Test
  void anImageWithoutTheRelayIsRefused() throws Exception {
    String old =
        derived(
            "old",
            List.of("/bin/sh", "-c"),
            List.of("rm /usr/local/lib/opencode-sandbox/relay.cjs"));
    try {
      RunRequest request =
          RunRequest.of(old)
              .withCommand(List.of("true"))
              .withAllowedHosts(AllowedHosts.of(outside.allowed()));

      assertThatThrownBy(() -> run(request))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("it lacks the program /usr/local/lib/opencode-sandbox/relay.cjs");
    } finally {
      image.client().removeImageCmd(old).exec();
    }
  }

  @Test
  void aNameWithoutAddressIsSaid() throws IOException, InterruptedException {
    RunRequest request =
        image
            .shell("curl -s -o /dev/null -w '%{http_code}' http://none.test/")
            .withAllowedHosts(AllowedHosts.of("none.test"));
    BaseImage.Outcome outcome =
        image.run(
            request,
            name -> {
              throw new UnknownHostException(name);
            });

    assertThat(outcome.out()).isEqualTo("502");
    assertThat(image.said).contains("the network refused none.test:80: its name has no address");
  }

  /** The account of a user that the image does not have. */
  @ParameterizedTest
  @ValueSource(strings = {"2000:0", "2000:3000"})
  void anotherUserHasANameAndAHome(String user, @TempDir Path workspace) throws Exception {
    String[] numbers = user.split(":", -1);
    Files.setAttribute(workspace, "unix:uid", Integer.parseInt(numbers[0]));
    Files.setAttribute(workspace, "unix:gid", Integer.parseInt(numbers[1]));
    RunRequest request =
        image.shell(
            """
            whoami; id -un; cd ~ && pwd; cd /workspace
            node -p 'const u = os.userInfo(); [u.username, u.homedir, u.shell].join(" ")'
            node -p 'os.userInfo().uid + ":" + os.userInfo().gid'
            git init -q . && git -c user.email=me@here.test commit -q --allow-empty -m first
            git log --format='%s by %an'
            echo '{"name":"demo","version":"1.0.0","scripts":{"it":"whoami"}}' >package.json
            npm run --silent it; npm pack --silent
            for file in /etc/passwd /etc/group; do
              (echo x >>$file) 2>/dev/null && echo "writes $file"
              chmod 666 $file 2>/dev/null && echo "changes $file"
              mv $file $file- 2>/dev/null && echo "moves $file"
            done
            grep -c : /etc/passwd >/dev/null; grep opencode /etc/passwd | wc -l
            """);
    BaseImage.Outcome outcome =
        image.run(
            request
                .withWorkspace(workspace.toRealPath())
                .withOptions(request.options().withUser(user).withNetworkMode("none")));

    assertThat(outcome.out())
        .isEqualTo(
            "opencode\nopencode\n/home/opencode\nopencode /home/opencode /bin/bash\n"
                + user
                + "\nfirst by OpenCode\nopencode\ndemo-1.0.0.tgz\n1\n");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void theImagesOwnUserNeedsNoOtherAccounts() throws IOException, InterruptedException {
    RunRequest request = image.shell("whoami; grep -c /etc/passwd /proc/mounts || true");

    assertThat(image.run(request.withOptions(request.options().withNetworkMode("none"))).out())
        .startsWith("opencode\n");
  }
}
