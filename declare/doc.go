// Package declare builds, trains and runs models that a file describes: which columns of a table go in, which come
// out, and as much about what lies between as one cares to say. The file is YAML, with the names of Ludwig's
// configurations:
//
//	dataset: digits
//	input_features:
//	  - name: image
//	    type: image
//	    columns: p*
//	    preprocessing: {height: 8, width: 8, scale: 16}
//	output_features:
//	  - name: class
//	    type: category
//
// Every input feature is read by a codec (feature_*.go) and goes through an encoder (encoder_*.go); a combiner
// (combiner_*.go) joins what the encoders give, and a decoder (decoder_*.go) makes a prediction of it for each output
// feature. Each of these files has the struct of its options, the table of its keys and what builds it; from the
// tables come the checks of a file (check.go), the defaults and docs/configuration.md.
package declare

//go:generate go run ./internal/gendocs
