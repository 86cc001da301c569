package main

import (
	"crypto/rand"
	"math/big"
	"strings"
)

// Characters of each kind, as in the official plugin.
const (
	lowerCharacters   = "abcdefghijklmnopqrstuvwxyz"
	upperCharacters   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numericCharacters = "0123456789"
	specialCharacters = "!@#$%&*()-_=+[]{}<>:?"
)

// class is one kind of character: whether it may occur at all, and how often it must.
type class struct {
	characters string
	allowed    bool
	minimum    int
}

func (i *RandomPasswordInputs) classes() []class {
	special := specialCharacters
	if i.OverrideSpecial != nil && *i.OverrideSpecial != "" {
		special = *i.OverrideSpecial
	}
	return []class{
		{lowerCharacters, isTrue(i.Lower), number(i.MinLower)},
		{upperCharacters, isTrue(i.Upper), number(i.MinUpper)},
		{numericCharacters, isTrue(i.Numeric), number(i.MinNumeric)},
		{special, isTrue(i.Special), number(i.MinSpecial)},
	}
}

func isTrue(flag *bool) bool { return flag == nil || *flag }

func number(value *int) int {
	if value == nil {
		return 0
	}
	return *value
}

// draw returns length characters: every class's minimum, the rest from all allowed classes, in random order.
func draw(classes []class, length int) (string, error) {
	var drawn []byte
	var all strings.Builder
	for _, c := range classes {
		if c.allowed {
			all.WriteString(c.characters)
		}
		picked, err := pick(c.characters, c.minimum)
		if err != nil {
			return "", err
		}
		drawn = append(drawn, picked...)
	}
	rest, err := pick(all.String(), length-len(drawn))
	if err != nil {
		return "", err
	}
	drawn = append(drawn, rest...)
	if err := shuffle(drawn); err != nil {
		return "", err
	}
	return string(drawn), nil
}

func pick(characters string, count int) ([]byte, error) {
	picked := make([]byte, count)
	for i := range picked {
		at, err := below(len(characters))
		if err != nil {
			return nil, err
		}
		picked[i] = characters[at]
	}
	return picked, nil
}

// shuffle is Fisher and Yates's.
func shuffle(text []byte) error {
	for i := len(text) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return err
		}
		text[i], text[j] = text[j], text[i]
	}
	return nil
}

func below(limit int) (int, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		return 0, err
	}
	return int(n.Int64()), nil
}
