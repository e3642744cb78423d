package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and what computes here",
		Example: "  flambeau version",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "flambeau %s\n%s %s/%s\n%s\n", version(), runtime.Version(), runtime.GOOS,
				runtime.GOARCH, tensor.Default())
			return err
		},
	}
}

// version is that of the module, or the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v, commit, dirty := info.Main.Version, "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", changed since"
		}
	}
	if v == "" || v == "(devel)" {
		v = "(development)"
	}
	if commit != "" {
		v += " " + commit + dirty
	}
	return v
}
