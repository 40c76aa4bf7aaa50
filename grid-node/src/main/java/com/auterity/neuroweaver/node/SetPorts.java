package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.OptionalInt;

/** Ports the user set must be free: a node that moved elsewhere would not be found. */
final class SetPorts {
  private SetPorts() {}

  static void requireFree(NodeConfig config) {
    check(config, "discovery.port", config.discoveryPort());
    check(config, "communication_port", config.communicationPort());
    check(config, "client_port", config.clientPort());
    check(config, "api_port", config.apiPort());
    check(config, "flight_port", config.flightPort());
  }

  private static void check(NodeConfig config, String key, OptionalInt port) {
    if (port.isPresent() && !isFree(config.host(), port.getAsInt())) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          key
              + ": port "
              + port.getAsInt()
              + " on "
              + config.host()
              + " is taken: stop what listens there, set another, or leave the key out to take the"
              + " next free one",
          Map.of("key", key, "port", port.getAsInt()));
    }
  }

  static boolean isFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The first free port from {@code first} on. */
  static int nextFree(String host, int first) {
    for (int port = first; port < first + 1000 && port <= 65_535; port++) {
      if (isFree(host, port)) {
        return port;
      }
    }
    throw new NeuroWeaverException(
        ErrorKind.CONFLICT, "no free port from " + first + " on at " + host);
  }
}
