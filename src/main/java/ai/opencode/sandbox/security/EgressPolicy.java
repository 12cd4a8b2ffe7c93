package ai.opencode.sandbox.security;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.egress.ProxyVariables;

/**
 * The nearest thing to a list of allowed hosts that Kubernetes has: a NetworkPolicy
 * (networking.k8s.io/v1) that permits connections to a proxy only. The cluster's user runs the
 * proxy, because a policy knows addresses and labels, but no names.
 */
final class EgressPolicy {

  private static final int PORT = 3128;

  /** An address that no machine has (RFC 5737): the pod resolves no names. */
  private static final String PLACEHOLDER = "192.0.2.1";

  private static final String LABEL = "app.kubernetes.io/name: ";

  private EgressPolicy() {}

  static String remark(AllowedHosts allowed) {
    return "Kubernetes has no list of allowed hosts: its policies know no names. The NetworkPolicy"
        + " below permits connections to the proxy alone, and none to DNS. Run a proxy that lets"
        + " these hosts through, in pods with the label "
        + LABEL
        + "opencode-sandbox-proxy: "
        + allowed
        + ". A cluster without a network plugin that enforces policies ignores it.";
  }

  static void labels(CommentedText text) {
    text.line(1, "labels:").line(2, LABEL + "opencode-sandbox");
  }

  static void environment(CommentedText text) {
    text.comment(
        3,
        "Write the cluster address of the proxy's Service in place of "
            + PLACEHOLDER
            + ": without DNS the pod cannot look up its name.");
    text.line(3, "env:");
    ProxyVariables.of(PLACEHOLDER + ":" + PORT)
        .forEach(
            (name, value) ->
                text.line(4, "- name: " + name).line(5, "value: " + Quoted.string(value)));
  }

  static void policy(CommentedText text) {
    text.line(0, "---").line(0, "apiVersion: networking.k8s.io/v1").line(0, "kind: NetworkPolicy");
    text.line(0, "metadata:").line(1, "name: opencode-sandbox");
    text.line(0, "spec:").line(1, "podSelector:").line(2, "matchLabels:");
    text.line(3, LABEL + "opencode-sandbox");
    text.line(1, "policyTypes:").line(2, "- Ingress").line(2, "- Egress");
    text.comment(1, "There is no rule for ingress, so no pod connects to this one.");
    text.line(1, "egress:").line(2, "- to:").line(4, "- podSelector:").line(6, "matchLabels:");
    text.line(7, LABEL + "opencode-sandbox-proxy");
    text.line(3, "ports:").line(4, "- protocol: TCP").line(5, "port: " + PORT);
  }
}
