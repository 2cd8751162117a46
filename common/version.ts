/** Of the product, in `/api/v1/me`, the OpenAPI document, metrics and traces. */
export const VERSION = '0.6.0';
