package ai.opencode.sandbox.security;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.egress.AllowedHosts;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exports of allowed hosts: no other program has the proxy, so none gives any network. */
class AllowedHostsExportTest {

  private static final SecurityOptions OPTIONS =
      SecurityOptions.hardened()
          .withAllowedHosts(AllowedHosts.of("registry.example.com,*.example.org:8443=private"));

  private static final ObjectMapper YAML = new YAMLMapper();

  private static String export(ExportFormat format) {
    return format.export(OPTIONS, "image");
  }

  @ParameterizedTest
  @EnumSource
  void nameTheHosts(ExportFormat format) {
    assertThat(export(format))
        .contains("registry.example.com")
        .contains("*.example.org:8443=private");
  }

  @ParameterizedTest
  @EnumSource(names = {"DOCKER", "PODMAN", "COMPOSE", "DEVCONTAINER", "JSON"})
  void giveNoNetworkAndSayWhoAddsTheProxy(ExportFormat format) {
    assertThat(export(format).replaceAll("[\\s#/]+", " "))
        .containsPattern("(--network[ =]|network_mode: |\"networkMode\" : )\"?none")
        .containsPattern(
            "No network but a loopback device. Only \\\\?\"opencode-sandbox run\\\\?\" adds the"
                + " proxy");
  }

  @Test
  void jsonListsThem() throws IOException {
    JsonNode json = JsonMapper.builder().build().readTree(export(ExportFormat.JSON));

    assertThat(json.path("allowedHosts"))
        .extracting(JsonNode::asText)
        .containsExactly("registry.example.com", "*.example.org:8443=private");
  }

  @Test
  void kubernetesGetsAPolicyForAProxy() throws IOException {
    List<JsonNode> documents =
        YAML.readerFor(JsonNode.class)
            .<JsonNode>readValues(export(ExportFormat.KUBERNETES))
            .readAll();
    assertThat(documents).hasSize(2);
    Pod pod = YAML.convertValue(documents.get(0), Pod.class);
    JsonNode policy = documents.get(1);
    JsonNode spec = policy.path("spec");

    assertThat(policy.path("apiVersion").asText()).isEqualTo("networking.k8s.io/v1");
    assertThat(policy.path("kind").asText()).isEqualTo("NetworkPolicy");
    assertThat(spec.fieldNames())
        .toIterable()
        .containsExactly("podSelector", "policyTypes", "egress");
    assertThat(spec.path("policyTypes"))
        .extracting(JsonNode::asText)
        .containsExactly("Ingress", "Egress");
    assertThat(spec.at("/podSelector/matchLabels/app.kubernetes.io~1name").asText())
        .isEqualTo(pod.getMetadata().getLabels().get("app.kubernetes.io/name"));
    assertThat(spec.path("egress")).hasSize(1);
    assertThat(spec.at("/egress/0/to")).hasSize(1);
    assertThat(spec.at("/egress/0/to/0/podSelector/matchLabels/app.kubernetes.io~1name").asText())
        .isEqualTo("opencode-sandbox-proxy");
    assertThat(spec.at("/egress/0/ports/0/protocol").asText()).isEqualTo("TCP");
    assertThat(spec.at("/egress/0/ports/0/port").asInt()).isEqualTo(3128);
    assertThat(pod.getSpec().getContainers().get(0).getEnv())
        .anyMatch(
            each ->
                each.getName().equals("https_proxy")
                    && each.getValue().equals("http://192.0.2.1:3128"));
    assertThat(export(ExportFormat.KUBERNETES).replaceAll("[\\s#]+", " "))
        .contains("its policies know no names");
  }
}
