package com.auterity.neuroweaver.jobs.tensor;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;

/**
 * A GPU's name and compute capability, and whether nd4j-cuda-11.6 has code for it: that build holds
 * machine code for capabilities 3.7 to 8.6 and nothing that could be compiled for a later chip; a
 * chip runs code of its own major capability and a lower minor one, so 8.9 (Ada) runs that of 8.6.
 */
record CudaChip(String name, int major, int minor) {
  private static final int[][] BUILT_FOR = {
    {3, 7}, {5, 0}, {5, 2}, {6, 0}, {6, 1}, {7, 0}, {7, 5}, {8, 0}, {8, 6}
  };

  /** The first GPU that this process sees (CUDA_VISIBLE_DEVICES). */
  static CudaChip first() {
    try (cudaDeviceProp properties = new cudaDeviceProp()) {
      int status = cudart.cudaGetDeviceProperties(properties, 0);
      if (status != 0) {
        throw new NeuroWeaverException(
            ErrorKind.UNPROCESSABLE,
            "CUDA answered %d (%s) when asked for its first device; `device: cpu` works without it"
                .formatted(status, cudart.cudaGetErrorString(status).getString()));
      }
      return new CudaChip(properties.name().getString(), properties.major(), properties.minor());
    }
  }

  boolean hasCode() {
    for (int[] built : BUILT_FOR) {
      if (built[0] == major && built[1] <= minor) {
        return true;
      }
    }
    return false;
  }

  /** Refuses a chip without code, before a first kernel could fail on it. */
  void check() {
    if (!hasCode()) {
      throw new NeuroWeaverException(
          ErrorKind.UNPROCESSABLE,
          ("%s has compute capability %d.%d; nd4j-cuda-11.6 holds code for 3.7 to 8.9 (Kepler to"
                  + " Ada). On this machine `device: cpu` works, or give the node an older GPU"
                  + " with CUDA_VISIBLE_DEVICES")
              .formatted(name, major, minor));
    }
  }
}
