package com.auterity.neuroweaver.jobs.tensor;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** ND4J on the backend of the classpath: found, fit for the chip, started. */
final class Nd4jRuntime {
  private static final String VERSION = "1.0.0-M2.1";

  private final boolean cuda;
  private final boolean severalGpus;
  private final String chip;

  private Nd4jRuntime(boolean cuda, boolean severalGpus, String chip) {
    this.cuda = cuda;
    this.severalGpus = severalGpus;
    this.chip = chip;
  }

  /** Starts ND4J; says what is missing when there is no backend or the chip is not its. */
  static Nd4jRuntime start() {
    if (System.getProperty("org.nd4j.log.initialization") == null) {
      System.setProperty("org.nd4j.log.initialization", "false");
    }
    Nd4jBackend backend;
    try {
      backend = Nd4jBackend.load();
    } catch (Nd4jBackend.NoAvailableBackendException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNPROCESSABLE,
          "no backend of ND4J runs here (%s): use `device: cpu`, or %s"
              .formatted(onClasspath(), advice()),
          Map.of(),
          e);
    }
    boolean cuda = backend.getPriority() == Nd4jBackend.BACKEND_PRIORITY_GPU;
    if (cuda) {
      CudaChip.first().check();
    }
    try {
      Properties facts = Nd4j.getExecutioner().getEnvironmentInformation();
      return new Nd4jRuntime(
          cuda, Nd4j.getAffinityManager().getNumberOfDevices() > 1, describe(facts, cuda));
    } catch (ExceptionInInitializerError | NoClassDefFoundError | UnsatisfiedLinkError e) {
      throw new NeuroWeaverException(
          ErrorKind.UNPROCESSABLE,
          "ND4J does not start on %s (%s): `device: cpu` works without it"
              .formatted(backend, e.getCause() == null ? e : e.getCause()),
          Map.of(),
          e);
    }
  }

  private static String onClasspath() {
    List<String> names = backends();
    return names.isEmpty()
        ? "none is on the classpath"
        : String.join(", ", names) + " is on the classpath but does not start";
  }

  private static String advice() {
    return backends().isEmpty()
        ? "start with NEUROWEAVER_PROFILES=nd4j (CPU) or cuda"
        : "install what it needs: for CUDA an NVIDIA driver, CUDA 11.6 and cuDNN 8.3"
            + " (docs/guides/devices.md)";
  }

  private static List<String> backends() {
    return ServiceLoader.load(Nd4jBackend.class).stream()
        .map(found -> found.type().getSimpleName())
        .toList();
  }

  private static String describe(Properties facts, boolean cuda) {
    if (cuda) {
      Object devices = facts.get(Nd4jEnvironment.CUDA_DEVICE_INFORMATION_KEY);
      Map<?, ?> first = (Map<?, ?>) ((List<?>) devices).get(0);
      return "cuda-11.6 %s cc-%s.%s"
          .formatted(
              String.valueOf(first.get(Nd4jEnvironment.CUDA_DEVICE_NAME_KEY)).replace(' ', '-'),
              first.get(Nd4jEnvironment.CUDA_DEVICE_MAJOR_VERSION_KEY),
              first.get(Nd4jEnvironment.CUDA_DEVICE_MINOR_VERSION_KEY));
    }
    return "cpu %s %s threads-%s"
        .formatted(
            String.valueOf(facts.get(Nd4jEnvironment.BLAS_VENDOR_KEY)).toLowerCase(Locale.ROOT),
            OneDnn.isa(),
            facts.get(Nd4jEnvironment.BLAS_THREADS_KEY));
  }

  /** Version, backend and chip: everything of ND4J that bytes depend on. */
  String profile() {
    return "nd4j-" + VERSION + " " + chip;
  }

  boolean cuda() {
    return cuda;
  }

  /** ND4J spreads threads over the GPUs it sees; a node uses the first that it is given. */
  void useFirstGpu() {
    if (severalGpus && Nd4j.getAffinityManager().getDeviceForCurrentThread() != 0) {
      Nd4j.getAffinityManager().unsafeSetDevice(0);
    }
  }
}
