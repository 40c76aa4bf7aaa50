package com.auterity.neuroweaver.client;

/**
 * Asks for a model ({@code name}, {@code name@version}, {@code name@alias} or id) to answer under a
 * deployment name.
 */
public record DeployRequest(String model, String name) {}
