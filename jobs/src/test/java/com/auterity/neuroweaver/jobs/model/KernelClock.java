package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Lane;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sums up the CPU time of each kernel by putting a proxy before the lanes of a device. */
final class KernelClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private final Map<String, long[]> nanos = new ConcurrentHashMap<>();

  Device watch(Device device) {
    return (Device)
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {Device.class},
            (proxy, method, args) -> {
              Object result = call(device, method, args);
              return result instanceof Lane lane ? watch(lane) : result;
            });
  }

  private Lane watch(Lane lane) {
    return (Lane)
        Proxy.newProxyInstance(
            Lane.class.getClassLoader(),
            new Class<?>[] {Lane.class},
            (proxy, method, args) -> {
              long start = THREADS.getCurrentThreadCpuTime();
              Object result = call(lane, method, args);
              long[] sum = nanos.computeIfAbsent(method.getName(), n -> new long[2]);
              synchronized (sum) {
                sum[0] += THREADS.getCurrentThreadCpuTime() - start;
                sum[1]++;
              }
              return result;
            });
  }

  private static Object call(Object target, java.lang.reflect.Method method, Object[] args)
      throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  void report(PrintStream out) {
    long total = nanos.values().stream().mapToLong(n -> n[0]).sum();
    if (out != null) {
      nanos.entrySet().stream()
          .sorted((a, b) -> Long.compare(b.getValue()[0], a.getValue()[0]))
          .limit(12)
          .forEach(
              e ->
                  out.printf(
                      "    %-20s %5.1f%% %9.1f us a call%n",
                      e.getKey(),
                      100.0 * e.getValue()[0] / total,
                      e.getValue()[0] / 1e3 / e.getValue()[1]));
    }
    nanos.clear();
  }
}
