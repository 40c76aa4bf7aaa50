package com.auterity.neuroweaver.client;

/** The body of every answer that is not a success. */
public record ErrorResponse(Problem error) {}
