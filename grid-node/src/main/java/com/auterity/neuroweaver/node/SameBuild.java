package com.auterity.neuroweaver.node;

import java.io.Serializable;
import java.util.UUID;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.plugin.CachePluginContext;
import org.apache.ignite.plugin.CachePluginProvider;
import org.apache.ignite.plugin.ExtensionRegistry;
import org.apache.ignite.plugin.IgnitePlugin;
import org.apache.ignite.plugin.PluginConfiguration;
import org.apache.ignite.plugin.PluginContext;
import org.apache.ignite.plugin.PluginProvider;
import org.apache.ignite.plugin.PluginValidationException;

/** Refuses a joining node of another build, or one that would cut the data differently. */
final class SameBuild implements PluginProvider<PluginConfiguration> {
  private final String buildId;
  private final String layout;

  /** {@code layout}: what all nodes must agree on beside the build. */
  SameBuild(String buildId, String layout) {
    this.buildId = buildId;
    this.layout = layout;
  }

  @Override
  public void validateNewNode(ClusterNode node) throws PluginValidationException {
    if (node.isClient()) {
      return;
    }
    require(node, "build", NodeAttributes.BUILD, buildId);
    require(node, "layout", NodeAttributes.LAYOUT, layout);
  }

  private static void require(ClusterNode node, String what, String attribute, String mine)
      throws PluginValidationException {
    Object theirs = node.attribute(attribute);
    if (!mine.equals(theirs)) {
      throw new PluginValidationException(
          "node " + node.consistentId() + " was refused",
          "this grid's " + what + " is " + mine + ", this node's is " + theirs + ": use the same",
          node.id());
    }
  }

  @Override
  public String name() {
    return "neuroweaver-same-build";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public String copyright() {
    return "";
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends IgnitePlugin> T plugin() {
    return (T) new IgnitePlugin() {};
  }

  @Override
  public void initExtensions(PluginContext context, ExtensionRegistry registry) {}

  @Override
  public <T> T createComponent(PluginContext context, Class<T> type) {
    return null;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public CachePluginProvider createCacheProvider(CachePluginContext context) {
    return null;
  }

  @Override
  public void start(PluginContext context) {}

  @Override
  public void stop(boolean cancel) {}

  @Override
  public void onIgniteStart() {}

  @Override
  public void onIgniteStop(boolean cancel) {}

  @Override
  public Serializable provideDiscoveryData(UUID nodeId) {
    return null;
  }

  @Override
  public void receiveDiscoveryData(UUID nodeId, Serializable data) {}
}
