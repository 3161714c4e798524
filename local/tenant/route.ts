import type Provider from "oidc-provider";

/** One step of the tenant's answer: answers itself, or leaves the request to `next`. */
export type Route = Parameters<Provider["use"]>[0];
export type Context = Parameters<Route>[0];
