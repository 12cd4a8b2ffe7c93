package ai.opencode.sandbox.egress;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The environment variables by which programs in a container find the proxy. ALL_PROXY is not among
 * them, because it is for other protocols than HTTP too, which the proxy does not have.
 */
public final class ProxyVariables {

  private ProxyVariables() {}

  /**
   * Returns the variables by name, in a fixed order.
   *
   * @param authority the proxy's host and port
   */
  public static Map<String, String> of(String authority) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String name : new String[] {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"}) {
      variables.put(name, "http://" + authority);
    }
    for (String name : new String[] {"NO_PROXY", "no_proxy"}) {
      variables.put(name, "localhost,127.0.0.1,::1");
    }
    variables.put("NODE_USE_ENV_PROXY", "1");
    return Collections.unmodifiableMap(variables);
  }
}
