// Package auth0identity reads the caller's identity behind the Auth0 authorizer of an Amazon API Gateway.
//
// The authorizer has verified the caller's token and forwards what it learned with every event of a REST, HTTP (payload
// 1.0 and 2.0) or WebSocket API. This package reads it, and nothing else: neither a header nor a token. Copy the file
// into your module; it needs Go 1.18 and the standard library.
//
//	func handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
//		caller, err := auth0identity.FromAuthorizer(event.RequestContext.Authorizer.Lambda, auth0identity.Options{
//			Claims: map[string]auth0identity.ClaimType{"roles": auth0identity.List},
//		})
//		if err != nil {
//			return events.APIGatewayV2HTTPResponse{}, err
//		}
//		roles, _ := caller.Claims["roles"].([]string)
//		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: caller.Email + ": " + strings.Join(roles, ", ")}, nil
//	}
//
// Part of auth0-api-gateway-authorizer. SPDX-License-Identifier: Apache-2.0
package auth0identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Caller is the caller, as the authorizer verified them. A string is empty where the token does not say.
type Caller struct {
	// Subject is the user at the issuer. Keep this, together with the issuer: an email can change hands.
	Subject string
	Issuer  string
	// Audience is the API identifier, or for an ID token the client ID, that the token was accepted for.
	Audience string
	// TokenUse is "id" or "access".
	TokenUse  string
	ExpiresAt time.Time
	Email     string
	// EmailVerified is nil where the token does not say.
	EmailVerified    *bool
	ClientID         string
	Scopes           []string
	Permissions      []string
	Organization     string
	OrganizationName string
	// PrincipalType is "user", "agent", "machine" or "anonymous".
	PrincipalType string
	// Actor is who acts for the user, in a delegated token (RFC 8693, section 4.1).
	Actor string
	// Actors are all who act for the user, the current one first.
	Actors []string
	// Claims are custom claims, by the names that were declared: a string, float64, bool, []string, or what
	// encoding/json makes of the claim. A claim that the token does not have has no key.
	Claims map[string]any
}

// ClaimType is what a custom claim is declared to be.
type ClaimType string

// The types of claims. JSON is anything, and yours to check; what travels as a string is a string.
const (
	String  ClaimType = "string"
	Number  ClaimType = "number"
	Boolean ClaimType = "boolean"
	List    ClaimType = "list"
	JSON    ClaimType = "json"
)

// Options say what is read, and whose identities are accepted.
type Options struct {
	// Claims are the types of custom claims (AUTH0_CONTEXT_CLAIMS), by name.
	Claims map[string]ClaimType
	// Issuers are whose identities are accepted, exactly as in the tokens: https://acme.eu.auth0.com/. Where nil,
	// those of any authorizer that forwards the same names.
	Issuers []string
	// Now is the current time where zero.
	Now time.Time
	// ClockTolerance is 5 seconds where nil: the authorizer's own, so that a token that it just accepted is not
	// refused here.
	ClockTolerance *time.Duration
}

// Code says why there is no identity.
type Code string

const (
	// Missing: the event did not pass the authorizer: its route has none. Answer 500.
	Missing Code = "missing"
	// WrongIssuer: the identity is of another issuer than Options.Issuers names. Answer 500.
	WrongIssuer Code = "wrong_issuer"
	// WrongType: a claim is not of the type that Options.Claims declares. Answer 500.
	WrongType Code = "wrong_type"
	// Expired: a WebSocket connection, or a cached simple answer, outlived the token. Ask the client for a new token.
	Expired Code = "expired"
)

var messages = map[Code]string{
	Missing: "The event has no identity. Attach the authorizer to this route.",
	WrongIssuer: "The identity is of another issuer than Issuers names. Attach the right authorizer, or spell the issuer as " +
		"the tokens do: https://DOMAIN/",
	WrongType: "The claim is not of the type that Claims declares. Compare what the tenant's Action writes.",
	Expired:   "The identity is past the end of the caller's token.",
}

// IdentityError says that there is no verified identity, or that it is no longer valid.
type IdentityError struct {
	Code Code
	// Claim is the name whose value is of the wrong type.
	Claim string
}

func (e *IdentityError) Error() string {
	if e.Claim != "" {
		return e.Claim + ": " + messages[e.Code]
	}
	return messages[e.Code]
}

// FromEvent reads the identity from the JSON text of an event. Every error is a *IdentityError, but for an
// unknown ClaimType.
func FromEvent(event []byte, options Options) (*Caller, error) {
	// Into maps, because the names of a struct's fields would be found in any case.
	var parsed map[string]any
	if err := json.Unmarshal(event, &parsed); err != nil {
		return nil, &IdentityError{Code: Missing}
	}
	requestContext, _ := parsed["requestContext"].(map[string]any)
	authorizer, _ := requestContext["authorizer"].(map[string]any)
	return FromAuthorizer(authorizer, options)
}

// FromAuthorizer reads the identity from requestContext.authorizer of an event; on an HTTP API with payload 2.0 its
// member lambda will do as well. Every error is a *IdentityError, but for an unknown ClaimType.
func FromAuthorizer(authorizer map[string]any, options Options) (*Caller, error) {
	context, ok := identityContext(authorizer)
	if !ok {
		return nil, &IdentityError{Code: Missing}
	}
	if options.Issuers != nil && !contains(options.Issuers, text(context, "iss")) {
		return nil, &IdentityError{Code: WrongIssuer}
	}
	seconds, _ := strconv.ParseInt(text(context, "exp"), 10, 64)
	expiresAt := time.Unix(seconds, 0).UTC()
	if !options.now().Before(expiresAt.Add(options.tolerance())) {
		return nil, &IdentityError{Code: Expired}
	}
	claims, err := customClaims(context, options.Claims)
	if err != nil {
		return nil, err
	}
	return &Caller{
		Subject:          text(context, "sub"),
		Issuer:           text(context, "iss"),
		Audience:         text(context, "aud"),
		TokenUse:         text(context, "token_use"),
		ExpiresAt:        expiresAt,
		Email:            text(context, "email"),
		EmailVerified:    flag(text(context, "email_verified")),
		ClientID:         text(context, "client_id"),
		Scopes:           words(text(context, "scope")),
		Permissions:      words(text(context, "permissions")),
		Organization:     text(context, "org_id"),
		OrganizationName: text(context, "org_name"),
		PrincipalType:    principalType(context),
		Actor:            text(context, "actor"),
		Actors:           words(text(context, "actors")),
		Claims:           claims,
	}, nil
}

func (o Options) now() time.Time {
	if o.Now.IsZero() {
		return time.Now()
	}
	return o.Now
}

func (o Options) tolerance() time.Duration {
	if o.ClockTolerance == nil {
		return 5 * time.Second
	}
	return *o.ClockTolerance
}

// The end of the year 9999: not every language has a date for more.
const latestExp = 253_402_300_799

var (
	anyText = regexp.MustCompile(`^(?s:.+)$`)
	// What each key must look like.
	forms = map[string]*regexp.Regexp{
		"sub":            anyText,
		"iss":            anyText,
		"aud":            anyText,
		"token_use":      regexp.MustCompile(`^(?:id|access)$`),
		"exp":            regexp.MustCompile(`^[0-9]{1,12}$`),
		"email":          anyText,
		"email_verified": regexp.MustCompile(`^(?:true|false)$`),
		"client_id":      anyText,
		"scope":          anyText,
		"permissions":    anyText,
		"org_id":         anyText,
		"org_name":       anyText,
		"actor":          anyText,
		"actors":         anyText,
		"custom_claims":  regexp.MustCompile(`^[A-Za-z0-9_-]+$`),
		"principal_type": regexp.MustCompile(`^(?:agent|machine|anonymous)$`),
	}
	required     = []string{"sub", "iss", "aud", "token_use", "exp"}
	numberInText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$`)
)

// HTTP APIs with payload 2.0 put it under lambda, the others straight into authorizer.
func identityContext(authorizer map[string]any) (map[string]any, bool) {
	context := authorizer
	if nested := authorizer["lambda"]; nested != nil {
		context, _ = nested.(map[string]any)
	}
	return context, isWhole(context)
}

// Whether it is whole, and about one caller: where a gateway adds the policy's principal, that is the subject.
func isWhole(context map[string]any) bool {
	for _, name := range required {
		if _, ok := context[name]; !ok {
			return false
		}
	}
	for name, form := range forms {
		value, present := context[name]
		if s, isText := value.(string); present && !(isText && form.MatchString(s)) {
			return false
		}
	}
	if seconds, _ := strconv.ParseInt(text(context, "exp"), 10, 64); seconds > latestExp {
		return false
	}
	principal, present := context["principalId"]
	return !present || principal == context["sub"]
}

func customClaims(context map[string]any, types map[string]ClaimType) (map[string]any, error) {
	others, ok := otherClaims(context)
	if !ok {
		return nil, &IdentityError{Code: Missing}
	}
	claims := map[string]any{}
	for name, declared := range types {
		value, present := others[name]
		if own, isText := context[name].(string); isText {
			value, present = fromText(own, declared), true
		}
		if !present {
			continue
		}
		typed, ok, err := asType(value, declared)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, &IdentityError{Code: WrongType, Claim: name}
		}
		claims[name] = typed
	}
	return claims, nil
}

// Custom claims that are more than a string: a JSON object in base64url.
func otherClaims(context map[string]any) (map[string]any, bool) {
	encoded, present := context["custom_claims"].(string)
	if !present {
		return nil, true
	}
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !utf8.Valid(decoded) {
		return nil, false
	}
	var others map[string]any
	err = json.Unmarshal(decoded, &others)
	// Of a number that no float64 can hold, nil: it is of the wrong type, and the other claims can be read.
	var wrongType *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &wrongType) {
		return nil, false
	}
	return others, others != nil
}

// A claim as it is read from the string under its key in the context; nil where the string is of another type.
func fromText(own string, declared ClaimType) any {
	switch declared {
	case Number:
		if !numberInText.MatchString(own) {
			return nil
		}
		number, _ := strconv.ParseFloat(own, 64)
		return number
	case Boolean:
		if verdict := flag(own); verdict != nil {
			return *verdict
		}
		return nil
	case List:
		return words(own)
	default:
		return own
	}
}

// Whether a claim is of the type, and with a list's items as strings.
func asType(value any, declared ClaimType) (typed any, ok bool, err error) {
	switch declared {
	case String:
		_, ok = value.(string)
	case Number:
		var number float64
		number, ok = value.(float64)
		ok = ok && !math.IsInf(number, 0)
	case Boolean:
		_, ok = value.(bool)
	case List:
		value, ok = texts(value)
	case JSON:
		ok = true
	default:
		err = fmt.Errorf("%q is not a ClaimType: take String, Number, Boolean, List or JSON", declared)
	}
	return value, ok, err
}

func texts(value any) ([]string, bool) {
	if list, ok := value.([]string); ok {
		return list, true
	}
	items, ok := value.([]any)
	list := make([]string, 0, len(items))
	for _, item := range items {
		s, isText := item.(string)
		if !isText {
			return nil, false
		}
		list = append(list, s)
	}
	return list, ok
}

func principalType(context map[string]any) string {
	if kind := text(context, "principal_type"); kind != "" {
		return kind
	}
	return "user"
}

func flag(value string) *bool {
	switch value {
	case "true", "false":
		verdict := value == "true"
		return &verdict
	default:
		return nil
	}
}

func words(value string) []string {
	list := []string{}
	for _, word := range strings.Split(value, " ") {
		if word != "" {
			list = append(list, word)
		}
	}
	return list
}

func text(context map[string]any, name string) string {
	value, _ := context[name].(string)
	return value
}

func contains(list []string, wanted string) bool {
	for _, item := range list {
		if item == wanted {
			return true
		}
	}
	return false
}
