package api_test

import (
	"fmt"
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/pquerna/otp/totp"
)

// A camera reads from the page exactly the address that the device needs, the secret stands beside it in fours, and a code of it
// is taken.
func TestTheSecondFactorIsScanned(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.reads(t, "payer").get("/second-factor").fills("/second-factor", map[string]string{"password": "mingzhang-demo-2025"}).sees("扫描")
	var url, path string
	size := 0
	for n := range nodes(r.page, "code", "svg", "path") {
		switch attribute(n, "class") {
		case "long":
			url = words(n)
		case "qr":
			_, err := fmt.Sscanf(attribute(n, "viewbox")+attribute(n, "viewBox"), "0 0 %d", &size)
			r.must(err)
		case "qr-dark":
			path = attribute(n, "d")
		}
	}
	if read := scan(t, size, path); read != url || !strings.HasPrefix(url, "otpauth://totp/Mingzhang:payer@") {
		t.Fatalf("the camera reads %q, the page says %q", read, url)
	}
	secret := regexp.MustCompile(`secret=([A-Z2-7]+)`).FindStringSubmatch(url)[1]
	fours := regexp.MustCompile(`.{4}`).ReplaceAllString(secret, "$0 ")
	r.sees(strings.TrimSpace(fours))
	code, err := totp.GenerateCode(secret, time.Now())
	r.must(err)
	if r.fills("/second-factor", map[string]string{"code": code}); r.at != "/desk" {
		t.Errorf("the code of the scanned secret leads to %s: %s", r.at, words(r.page))
	}
}

var darkRun = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// scan draws the path as a picture and reads it as a camera does.
func scan(t *testing.T, size int, path string) string {
	t.Helper()
	const module = 4
	picture := image.NewGray(image.Rect(0, 0, size*module, size*module))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	runs := darkRun.FindAllStringSubmatch(path, -1)
	if len(strings.Join(darkRun.FindAllString(path, -1), "")) != len(path) || len(runs) == 0 {
		t.Fatalf("the path is not made of runs: %.80s", path)
	}
	for _, m := range runs {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		long, _ := strconv.Atoi(m[3])
		for i := range long * module {
			for j := range module {
				picture.SetGray(x*module+i, y*module+j, color.Gray{})
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

// The square is drawn under the strict policy, on the office's screen and on a telephone.
func TestTheSecondFactorAtABrowser(t *testing.T) {
	b := demonstration(t)
	for _, at := range []struct {
		screen screen
		lang   string
	}{{office, "zh-CN"}, {telephone, "en"}} {
		c := b.opens(t, at.screen, at.lang, true).is("payer").visits("/second-factor").types(map[string]string{"password": "mingzhang-demo-2025"}).press("button.main")
		wide, err := chromedp.Run(c.ctx, chromedp.Evaluate[float64](`document.querySelector("svg.qr").getBoundingClientRect().width`))
		b.must(err)
		dark, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("svg.qr path")).fill`))
		b.must(err)
		if wide < 200 || dark != "rgb(0, 0, 0)" {
			t.Errorf("the square is %v wide and %s", wide, dark)
		}
	}
}
