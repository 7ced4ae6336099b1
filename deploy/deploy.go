// Package deploy embeds what is shipped beside the code: payer profiles and reference tables.
package deploy
