package com.auterity.neuroweaver.client;

/** A token the model could have chosen, and how likely it was. */
public record TokenAlternative(int id, String token, double probability) {}
