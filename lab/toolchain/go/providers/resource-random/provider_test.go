package main

import (
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"testing/quick"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"golang.org/x/crypto/bcrypt"
)

const (
	passwordURN = "urn:pulumi:test::test::random:index/randomPassword:RandomPassword::it"
	idURN       = "urn:pulumi:test::test::random:index/randomId:RandomId::it"
)

func create(t *testing.T, urn resource.URN, inputs map[string]any) (p.CreateResponse, []p.CheckFailure) {
	t.Helper()
	provider, err := newProvider()
	if err != nil {
		t.Fatal(err)
	}
	server, err := integration.NewServer(t.Context(), "random", semver.MustParse("4.21.2"), integration.WithProvider(provider))
	if err != nil {
		t.Fatal(err)
	}
	values := resource.FromResourcePropertyMap(resource.NewPropertyMapFromMap(inputs))
	checked, err := server.Check(p.CheckRequest{Urn: urn, Inputs: values})
	if err != nil {
		t.Fatal(err)
	}
	if len(checked.Failures) > 0 {
		return p.CreateResponse{}, checked.Failures
	}
	created, err := server.Create(p.CreateRequest{Urn: urn, Properties: checked.Inputs})
	if err != nil {
		t.Fatal(err)
	}
	return created, nil
}

func text(m property.Map, key string) string { return m.Get(key).AsString() }

func TestPasswordHasItsLengthAndItsHashFits(t *testing.T) {
	created, _ := create(t, passwordURN, map[string]any{"length": 100.0})
	result, hash := created.Properties.Get("result"), created.Properties.Get("bcryptHash")
	if len(result.AsString()) != 100 || created.ID != "none" {
		t.Errorf("saw %d characters and id %q", len(result.AsString()), created.ID)
	}
	if err := bcrypt.CompareHashAndPassword([]byte(hash.AsString()), []byte(result.AsString())[:72]); err != nil {
		t.Error(err)
	}
}

func TestPasswordKeepsToItsClasses(t *testing.T) {
	created, _ := create(t, passwordURN, map[string]any{
		"length": 40.0, "lower": false, "number": false, "overrideSpecial": "-", "minSpecial": 3.0,
	})
	result := text(created.Properties, "result")
	if strings.Trim(result, upperCharacters+"-") != "" || strings.Count(result, "-") < 3 {
		t.Error("saw a character of a class that is off, or too few special ones")
	}
}

func TestPasswordMinimaHold(t *testing.T) {
	holds := func(lower, upper, numeric, special, more uint8) bool {
		counts := []int{int(lower % 9), int(upper % 9), int(numeric % 9), int(special % 9)}
		inputs := RandomPasswordInputs{
			MinLower: &counts[0], MinUpper: &counts[1], MinNumeric: &counts[2], MinSpecial: &counts[3],
			Length: counts[0] + counts[1] + counts[2] + counts[3] + int(more%9) + 1,
		}
		result, err := draw(inputs.classes(), inputs.Length)
		if err != nil || len(result) != inputs.Length || inputs.impossible() != "" {
			return false
		}
		for i, class := range inputs.classes() {
			seen := 0
			for _, c := range result {
				if strings.ContainsRune(class.characters, c) {
					seen++
				}
			}
			if seen < counts[i] {
				return false
			}
		}
		return true
	}
	if err := quick.Check(holds, nil); err != nil {
		t.Error(err)
	}
}

func TestImpossibleInputsAreRefused(t *testing.T) {
	for name, inputs := range map[string]map[string]any{
		"length":     {"length": 0.0},
		"minima":     {"length": 3.0, "minLower": 2.0, "minUpper": 2.0},
		"no classes": {"length": 3.0, "lower": false, "upper": false, "numeric": false, "special": false},
		"two names":  {"length": 3.0, "number": false, "numeric": true},
	} {
		if _, failures := create(t, passwordURN, inputs); len(failures) == 0 {
			t.Errorf("%s: expected a failure", name)
		}
	}
	if _, failures := create(t, idURN, map[string]any{"byteLength": 0.0}); len(failures) == 0 {
		t.Error("byteLength 0: expected a failure")
	}
}

func TestIDSpellsTheSameBytes(t *testing.T) {
	created, _ := create(t, idURN, map[string]any{"byteLength": 6.0, "prefix": "p-"})
	drawn, err := base64.RawURLEncoding.DecodeString(created.ID)
	if err != nil || len(drawn) != 6 {
		t.Fatalf("id %q: %v", created.ID, err)
	}
	for key, want := range map[string]string{
		"b64Url": created.ID,
		"b64Std": base64.StdEncoding.EncodeToString(drawn),
		"hex":    hex.EncodeToString(drawn),
		"dec":    new(big.Int).SetBytes(drawn).String(),
	} {
		if got := text(created.Properties, key); got != "p-"+want {
			t.Errorf("%s: saw %q, expected %q", key, got, "p-"+want)
		}
	}
}
