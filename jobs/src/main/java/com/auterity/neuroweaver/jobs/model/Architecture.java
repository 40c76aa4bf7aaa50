package com.auterity.neuroweaver.jobs.model;

/** The families whose configurations and tensors this engine knows. */
public enum Architecture {
  /** Llama 2, 3, 3.1, 3.2, and what is built like them (SmolLM2). */
  LLAMA("LlamaForCausalLM"),
  MISTRAL("MistralForCausalLM"),
  /** Qwen2 and Qwen2.5. */
  QWEN2("Qwen2ForCausalLM"),
  QWEN3("Qwen3ForCausalLM"),
  /** Phi-3, whose files hold q, k and v as one tensor, and gate and up as one. */
  PHI3("Phi3ForCausalLM");

  private final String className;

  Architecture(String className) {
    this.className = className;
  }

  /** Its name under {@code architectures} of config.json. */
  public String className() {
    return className;
  }
}
