// Reads every golden event with the Go reader: `read GOLDEN`. Prints what came out, as JSON.
package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readers/auth0identity"
)

type goldenCase struct {
	Name, Event string
	Options     struct {
		NowMs                 int64    `json:"now_ms"`
		ClockToleranceSeconds *float64 `json:"clock_tolerance_seconds"`
		Issuers               []string
		Claims                map[string]auth0identity.ClaimType
	}
}

func main() {
	var cases []goldenCase
	read(filepath.Join(os.Args[1], "cases.json"), &cases)
	outcomes := []any{}
	paths, _ := filepath.Glob(filepath.Join(os.Args[1], "*.json"))
	for _, path := range paths {
		gateway := strings.TrimSuffix(filepath.Base(path), ".json")
		if gateway == "cases" {
			continue
		}
		var events map[string]json.RawMessage
		read(path, &events)
		for _, one := range cases {
			if event, ok := events[one.Event]; ok {
				outcomes = append(outcomes, map[string]any{"gateway": gateway, "name": one.Name, "outcome": outcome(event, one)})
			}
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(outcomes))
}

func outcome(event json.RawMessage, one goldenCase) any {
	options := auth0identity.Options{
		Claims:  one.Options.Claims,
		Issuers: one.Options.Issuers,
		Now:     time.UnixMilli(one.Options.NowMs),
	}
	if seconds := one.Options.ClockToleranceSeconds; seconds != nil {
		tolerance := time.Duration(*seconds * float64(time.Second))
		options.ClockTolerance = &tolerance
	}
	caller, err := auth0identity.FromEvent(event, options)
	var identityError *auth0identity.IdentityError
	if errors.As(err, &identityError) {
		return map[string]any{"error": identityError.Code}
	}
	check(err)
	return map[string]any{"identity": neutral(caller)}
}

// In the words of the golden files, which leave out what the token does not say.
func neutral(caller *auth0identity.Caller) map[string]any {
	fields := map[string]any{
		"expires_at":  caller.ExpiresAt.Unix(),
		"scopes":      caller.Scopes,
		"permissions": caller.Permissions,
		"actors":      caller.Actors,
		"claims":      caller.Claims,
	}
	if caller.EmailVerified != nil {
		fields["email_verified"] = *caller.EmailVerified
	}
	for name, value := range map[string]string{
		"subject": caller.Subject, "issuer": caller.Issuer, "audience": caller.Audience, "token_use": caller.TokenUse, "email": caller.Email,
		"client_id": caller.ClientID, "organization": caller.Organization, "organization_name": caller.OrganizationName,
		"principal_type": caller.PrincipalType, "actor": caller.Actor,
	} {
		if value != "" {
			fields[name] = value
		}
	}
	return fields
}

func read(path string, into any) {
	text, err := os.ReadFile(path)
	check(err)
	check(json.Unmarshal(text, into))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
